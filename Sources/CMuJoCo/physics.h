// What the C files of this target share; names MuJoCo's types, so only where its headers are there.
#pragma once
#if __has_include(<mujoco/mujoco.h>)
#define MPO_HAS_MUJOCO 1
#include <mujoco/mjxmacro.h>
#include <mujoco/mujoco.h>
#include <setjmp.h>
#include <stdio.h>

#include "CMuJoCo.h"

struct mpo_physics {
  mjModel *model;
  mjData *data;
};

// The functions that are used, resolved when the library is opened.
#define MPO_MUJOCO_FUNCTIONS(X)                                                                                      \
  X(mj_version) X(mj_versionString) X(mj_loadXML) X(mj_copyModel) X(mj_deleteModel) X(mj_makeData) X(mj_copyData)    \
  X(mj_deleteData) X(mj_defaultVFS) X(mj_addBufferVFS) X(mj_deleteVFS) X(mj_name2id) X(mj_id2name) X(mju_str2Type)   \
  X(mj_resetData) X(mj_forward) X(mj_step) X(mj_step1) X(mj_step2) X(mj_rnePostConstraint) X(mj_subtreeVel)          \
  X(mj_setConst) X(mj_geomDistance) X(mj_stateSize) X(mj_getState) X(mj_setState)

#define X(name) extern __typeof__(&name) mpo_##name;
MPO_MUJOCO_FUNCTIONS(X)
#undef X

// The library, for what only one file needs; NULL before it was opened.
void *mpo_mujoco_library(void);

// Runs WORK; where MuJoCo reports an error, writes it to ERROR and does ON_ERROR. Locals that WORK changes and ON_ERROR
// reads must be volatile.
#define MPO_GUARDED(ERROR, WORK, ON_ERROR)       \
  do {                                           \
    jmp_buf here;                                \
    if (setjmp(here)) {                          \
      mpo_guard = NULL;                          \
      snprintf((ERROR), MPO_MUJOCO_MESSAGE, "%s", mpo_guard_message); \
      ON_ERROR;                                  \
    } else {                                     \
      mpo_guard = &here;                         \
      WORK;                                      \
      mpo_guard = NULL;                          \
    }                                            \
  } while (0)
extern _Thread_local jmp_buf *mpo_guard;
extern _Thread_local char mpo_guard_message[MPO_MUJOCO_MESSAGE];
#endif
