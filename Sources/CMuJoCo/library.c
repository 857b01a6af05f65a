// Opening MuJoCo's library at run time, and turning its errors and warnings into messages.
#include "physics.h"
#include "CMuJoCo.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MPO_HAS_MUJOCO

bool mpo_mujoco_is_built(void) { return false; }
int mpo_mujoco_header_version(void) { return 0; }
bool mpo_mujoco_open(const char *library, char error[MPO_MUJOCO_MESSAGE]) {
  (void)library;
  snprintf(error, MPO_MUJOCO_MESSAGE, "this program was built without MuJoCo's headers");
  return false;
}

#else

#define X(name) __typeof__(&name) mpo_##name;
MPO_MUJOCO_FUNCTIONS(X)
#undef X

_Thread_local jmp_buf *mpo_guard;
_Thread_local char mpo_guard_message[MPO_MUJOCO_MESSAGE];

bool mpo_mujoco_is_built(void) { return true; }
int mpo_mujoco_header_version(void) { return mjVERSION_HEADER; }

// MuJoCo's own handler ends the process.
static void raise_error(const char *message) {
  if (!mpo_guard) {
    fprintf(stderr, "MuJoCo: %s\n", message);
    abort();  // unreachable: every call that can fail is guarded
  }
  snprintf(mpo_guard_message, sizeof mpo_guard_message, "%s", message);
  longjmp(*mpo_guard, 1);
}

// MuJoCo's own handler writes MUJOCO_LOG.TXT into the current folder. What matters is read off mjData's counters.
static void ignore_warning(const char *message) { (void)message; }

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static void *opened;

void *mpo_mujoco_library(void) { return opened; }

static bool open_library(const char *path, char *error) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(error, MPO_MUJOCO_MESSAGE, "%s", dlerror());
    return false;
  }
#define X(name)                                                                       \
  if (!(mpo_##name = (__typeof__(&name))dlsym(library, #name))) {                     \
    snprintf(error, MPO_MUJOCO_MESSAGE, "the library has no function %s", #name);     \
    return false;                                                                     \
  }
  MPO_MUJOCO_FUNCTIONS(X)
#undef X
  if (mpo_mj_version() != mjVERSION_HEADER) {
    snprintf(error, MPO_MUJOCO_MESSAGE, "the library is MuJoCo %s, the headers are of version %d.%d.%d",
             mpo_mj_versionString(), mjVERSION_HEADER / 1000000, mjVERSION_HEADER / 1000 % 1000,
             mjVERSION_HEADER % 1000);
    return false;
  }
  __typeof__(&mju_user_error) on_error = (__typeof__(&mju_user_error))dlsym(library, "mju_user_error");
  __typeof__(&mju_user_warning) on_warning = (__typeof__(&mju_user_warning))dlsym(library, "mju_user_warning");
  if (!on_error || !on_warning) {
    snprintf(error, MPO_MUJOCO_MESSAGE, "the library has no error handlers to set");
    return false;
  }
  *on_error = raise_error;
  *on_warning = ignore_warning;
  opened = library;
  return true;
}

bool mpo_mujoco_open(const char *path, char error[MPO_MUJOCO_MESSAGE]) {
  pthread_mutex_lock(&opening);
  bool done = opened || open_library(path, error);
  pthread_mutex_unlock(&opening);
  return done;
}

#endif
