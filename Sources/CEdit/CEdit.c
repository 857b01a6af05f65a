#define _GNU_SOURCE
#include "CEdit.h"
#include <poll.h>
#include <unistd.h>
#include <wchar.h>

int cedit_wait_readable(int descriptor, int pipe) {
    struct pollfd wanted[2] = {{.fd = descriptor, .events = POLLIN}, {.fd = pipe, .events = POLLIN}};
    if (poll(wanted, 2, -1) <= 0) return 0;
    if (wanted[1].revents & POLLIN) {
        char bytes[64];
        while (read(pipe, bytes, sizeof bytes) > 0) {
        }
        return 0;
    }
    return wanted[0].revents != 0;
}

int cedit_is_readable(int descriptor, int milliseconds) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    return poll(&wanted, 1, milliseconds) == 1;
}

int cedit_width(wchar_t character) { return wcwidth(character); }
