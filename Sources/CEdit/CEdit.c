#define _GNU_SOURCE
#include "CEdit.h"
#include <poll.h>
#include <wchar.h>

int cedit_wait_readable(int descriptor, const sigset_t *mask) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    return ppoll(&wanted, 1, NULL, mask);
}

int cedit_is_readable(int descriptor, int milliseconds) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    return poll(&wanted, 1, milliseconds) == 1;
}

int cedit_width(wchar_t character) { return wcwidth(character); }
