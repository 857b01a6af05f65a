// libedit for Swift: the library's own header, and a wrapper for each call of its that Swift cannot make.
#pragma once
#include <histedit.h>
#include <sys/ioctl.h>

// el_set, el_get and history() are C variadics, which Swift does not import: one wrapper for each use.

typedef char *(*cedit_prompt)(EditLine *);
typedef unsigned char (*cedit_command)(EditLine *, int);
typedef int (*cedit_read_character)(EditLine *, wchar_t *);

/// `stdin` and its like are mutable globals of C, which Swift 6 refuses.
static inline EditLine *cedit_open(const char *program) { return el_init(program, stdin, stdout, stderr); }

/// `poll` over two descriptors. Waits until input can be read, 1, or something is in the pipe, 0, which is emptied.
int cedit_wait_readable(int descriptor, int pipe);

/// `poll` over one descriptor: 1 if input can be read within so many milliseconds.
int cedit_is_readable(int descriptor, int milliseconds);

/// The header hides `wcwidth` from Swift. Columns of a character on the screen, -1 for what cannot be shown.
int cedit_width(wchar_t character);

/// Variadic. Escape sequences in the prompt stand between two characters `\1`, so that they count as no columns.
static inline int cedit_set_prompt(EditLine *el, cedit_prompt prompt) {
    return el_set(el, EL_PROMPT_ESC, prompt, '\1');
}

/// Variadic. "emacs" or "vi".
static inline int cedit_set_editor(EditLine *el, const char *name) { return el_set(el, EL_EDITOR, name); }

/// Variadic. The editor in use, as `~/.editrc` may have set it.
static inline const char *cedit_editor(EditLine *el) {
    const char *name = NULL;
    return el_get(el, EL_EDITOR, &name) == 0 ? name : NULL;
}

/// Variadic. Whether libedit takes over signals; we do that ourselves.
static inline int cedit_set_signal(EditLine *el, int on) { return el_set(el, EL_SIGNAL, on); }

/// Variadic. Makes `command` known as `name` to `bind`.
static inline int cedit_add_command(EditLine *el, const char *name, const char *help, cedit_command command) {
    return el_set(el, EL_ADDFN, name, help, command);
}

/// Variadic. Binds a key in the map that typing uses.
static inline int cedit_bind(EditLine *el, const char *key, const char *command) {
    return el_set(el, EL_BIND, key, command, NULL);
}

/// Variadic. Binds a key in the alternative map: vi's command mode.
static inline int cedit_bind_alternative(EditLine *el, const char *key, const char *command) {
    return el_set(el, EL_BIND, "-a", key, command, NULL);
}

/// Variadic. Where characters come from.
static inline int cedit_set_reader(EditLine *el, cedit_read_character reader) {
    return el_wset(el, EL_GETCFN, reader);
}

/// Variadic. A pointer for the callbacks.
static inline int cedit_set_client(EditLine *el, void *client) { return el_set(el, EL_CLIENTDATA, client); }

/// Variadic. The pointer for the callbacks.
static inline void *cedit_client(EditLine *el) {
    void *client = NULL;
    el_get(el, EL_CLIENTDATA, &client);
    return client;
}

/// Variadic. Raw mode on or off, around a stop of the process.
static inline int cedit_prepare_terminal(EditLine *el, int on) { return el_set(el, EL_PREP_TERM, on); }

/// Variadic. Draws prompt and line anew from where the cursor is.
static inline int cedit_refresh(EditLine *el) { return el_set(el, EL_REFRESH); }

/// Variadic, and takes the variadic `history` itself as its argument.
static inline int cedit_use_history(EditLine *el, History *h) { return el_set(el, EL_HIST, history, h); }

/// Variadic. How many entries are kept.
static inline int cedit_history_size(History *h, int size) {
    HistEvent event;
    return history(h, &event, H_SETSIZE, size);
}

/// Variadic. Adds an entry.
static inline int cedit_history_enter(History *h, const char *entry) {
    HistEvent event;
    return history(h, &event, H_ENTER, entry);
}

/// Variadic `ioctl`. Columns and rows of a terminal; 0 where it does not tell.
static inline int cedit_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
