// A model with its data: made, copied, asked and stepped.
#include "physics.h"
#include "CMuJoCo.h"
#include <stdlib.h>
#include <string.h>

#ifdef MPO_HAS_MUJOCO

static mpo_physics *wrap(mjModel *model, mjData *data, char *error) {
  mpo_physics *physics = model && data ? malloc(sizeof *physics) : NULL;
  if (!physics) {
    if (!error[0]) snprintf(error, MPO_MUJOCO_MESSAGE, "there is not enough memory for the model");
    if (data) mpo_mj_deleteData(data);
    if (model) mpo_mj_deleteModel(model);
    return NULL;
  }
  physics->model = model;
  physics->data = data;
  return physics;
}

mpo_physics *mpo_physics_load(const char *path, const mpo_model_file *files, size_t count,
                              char error[MPO_MUJOCO_MESSAGE]) {
  mjModel *volatile model = NULL;
  mjData *volatile data = NULL;
  mjVFS vfs;
  error[0] = 0;
  MPO_GUARDED(
      error,
      {
        mpo_mj_defaultVFS(&vfs);
        for (size_t i = 0; i < count; i++)
          mpo_mj_addBufferVFS(&vfs, files[i].name, files[i].bytes, (int)files[i].count);
        model = mpo_mj_loadXML(path, count ? &vfs : NULL, error, MPO_MUJOCO_MESSAGE);
        if (model) {
          error[0] = 0;  // a warning of the compiler's may stand there
          data = mpo_mj_makeData(model);
        }
      },
      {});
  mpo_mj_deleteVFS(&vfs);
  return wrap(model, data, error);
}

mpo_physics *mpo_physics_copy(const mpo_physics *physics, char error[MPO_MUJOCO_MESSAGE]) {
  mjModel *volatile model = NULL;
  mjData *volatile data = NULL;
  error[0] = 0;
  MPO_GUARDED(
      error,
      {
        model = mpo_mj_copyModel(NULL, physics->model);
        if (model) data = mpo_mj_copyData(NULL, model, physics->data);
      },
      {});
  return wrap(model, data, error);
}

void mpo_physics_free(mpo_physics *physics) {
  if (!physics) return;
  mpo_mj_deleteData(physics->data);
  mpo_mj_deleteModel(physics->model);
  free(physics);
}

#define KIND(type) \
  _Generic((type *)0, double *: MPO_DOUBLES, float *: MPO_FLOATS, int *: MPO_INTS, unsigned char *: MPO_BYTES, \
           _Bool *: MPO_BYTES, default: MPO_OTHER)

mpo_field mpo_physics_field(mpo_physics *physics, const char *name) {
  mjModel *m = physics->model;
  mjData *d = physics->data;
#define X(type, field, nr, nc)                     \
  if (!strcmp(name, #field)) return (mpo_field){d->field, m->nr, nc, KIND(type)};
  MJDATA_POINTERS
#undef X
  MJMODEL_POINTERS_PREAMBLE(m)
  (void)nq, (void)nv, (void)na, (void)nu, (void)nmocap;
#define X(type, field, nr, nc)                     \
  if (!strcmp(name, #field)) return (mpo_field){m->field, m->nr, nc, KIND(type)};
  MJMODEL_POINTERS
#undef X
  return (mpo_field){NULL, 0, 0, MPO_NO_FIELD};
}

mpo_field mpo_physics_option(mpo_physics *physics, const char *name) {
  mjOption *o = &physics->model->opt;
#define X(type, field, n) \
  if (!strcmp(name, #field)) return (mpo_field){&o->field, 1, n, KIND(type)};
#define XVEC(type, field, n) \
  if (!strcmp(name, #field)) return (mpo_field){o->field, 1, n, KIND(type)};
  MJOPTION_FIELDS
#undef X
#undef XVEC
  return (mpo_field){NULL, 0, 0, MPO_NO_FIELD};
}

int mpo_physics_id(mpo_physics *physics, const char *kind, const char *name) {
  return mpo_mj_name2id(physics->model, mpo_mju_str2Type(kind), name);
}

const char *mpo_physics_name(mpo_physics *physics, const char *kind, int id) {
  return mpo_mj_id2name(physics->model, mpo_mju_str2Type(kind), id);
}

int64_t mpo_physics_size(mpo_physics *physics, const char *name) {
#define X(field) \
  if (!strcmp(name, #field)) return physics->model->field;
  MJMODEL_SIZES
#undef X
  return -1;
}

double mpo_physics_time(const mpo_physics *physics) { return physics->data->time; }
void mpo_physics_set_time(mpo_physics *physics, double seconds) { physics->data->time = seconds; }
int mpo_physics_contacts(const mpo_physics *physics) { return physics->data->ncon; }

void mpo_physics_contact(const mpo_physics *physics, int i, int geoms[2], double *distance) {
  const mjContact *contact = physics->data->contact + i;
  geoms[0] = contact->geom[0];
  geoms[1] = contact->geom[1];
  *distance = contact->dist;
}

// An unstable state makes MuJoCo begin again from the start state; its counters are all that tells.
static bool is_stable(mjData *data, char *error) {
  static const struct {
    int warning;
    const char *what;
  } bad[] = {{mjWARN_BADQPOS, "position"}, {mjWARN_BADQVEL, "velocity"}, {mjWARN_BADQACC, "acceleration"},
             {mjWARN_BADCTRL, "control"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    mjWarningStat *warning = data->warning + bad[i].warning;
    if (!warning->number) continue;
    snprintf(error, MPO_MUJOCO_MESSAGE, "the %s %d is not finite or beyond 1e10", bad[i].what, warning->lastinfo);
    warning->number = 0;
    return false;
  }
  return true;
}

bool mpo_physics_do(mpo_physics *physics, mpo_physics_call call, int times, char error[MPO_MUJOCO_MESSAGE]) {
  mjModel *m = physics->model;
  mjData *d = physics->data;
  const int flags = m->opt.disableflags;
  if (call == MPO_FORWARD_UNACTUATED) m->opt.disableflags |= mjDSBL_ACTUATION;
  MPO_GUARDED(
      error,
      {
        for (int i = 0; i < times; i++) switch (call) {
            case MPO_RESET_DATA: mpo_mj_resetData(m, d); break;
            case MPO_FORWARD:
            case MPO_FORWARD_UNACTUATED: mpo_mj_forward(m, d); break;
            case MPO_STEP: mpo_mj_step(m, d); break;
            case MPO_STEP1: mpo_mj_step1(m, d); break;
            case MPO_STEP2: mpo_mj_step2(m, d); break;
            case MPO_RNE_POST_CONSTRAINT: mpo_mj_rnePostConstraint(m, d); break;
            case MPO_SUBTREE_VELOCITY: mpo_mj_subtreeVel(m, d); break;
            case MPO_SET_CONSTANTS: mpo_mj_setConst(m, d); break;
          }
      },
      {
        m->opt.disableflags = flags;
        return false;
      });
  m->opt.disableflags = flags;
  return is_stable(d, error);
}

bool mpo_physics_distance(mpo_physics *physics, int geom1, int geom2, double most, double *distance,
                          char error[MPO_MUJOCO_MESSAGE]) {
  MPO_GUARDED(
      error, { *distance = mpo_mj_geomDistance(physics->model, physics->data, geom1, geom2, most, NULL); },
      return false);
  return true;
}

int64_t mpo_physics_state_size(const mpo_physics *physics) {
  return mpo_mj_stateSize(physics->model, mjSTATE_INTEGRATION);
}
void mpo_physics_get_state(const mpo_physics *physics, double *numbers) {
  mpo_mj_getState(physics->model, physics->data, numbers, mjSTATE_INTEGRATION);
}
void mpo_physics_set_state(mpo_physics *physics, const double *numbers) {
  mpo_mj_setState(physics->model, physics->data, numbers, mjSTATE_INTEGRATION);
}

#else  // no handle can be made, so nothing else is ever asked

mpo_physics *mpo_physics_load(const char *path, const mpo_model_file *files, size_t count,
                              char error[MPO_MUJOCO_MESSAGE]) {
  (void)path, (void)files, (void)count;
  error[0] = 0;
  return NULL;
}
mpo_physics *mpo_physics_copy(const mpo_physics *p, char error[MPO_MUJOCO_MESSAGE]) { (void)p; error[0] = 0; return NULL; }
void mpo_physics_free(mpo_physics *p) { (void)p; }
mpo_field mpo_physics_field(mpo_physics *p, const char *n) { (void)p, (void)n; return (mpo_field){0}; }
mpo_field mpo_physics_option(mpo_physics *p, const char *n) { (void)p, (void)n; return (mpo_field){0}; }
int mpo_physics_id(mpo_physics *p, const char *k, const char *n) { (void)p, (void)k, (void)n; return -1; }
const char *mpo_physics_name(mpo_physics *p, const char *k, int i) { (void)p, (void)k, (void)i; return NULL; }
int64_t mpo_physics_size(mpo_physics *p, const char *n) { (void)p, (void)n; return -1; }
double mpo_physics_time(const mpo_physics *p) { (void)p; return 0; }
void mpo_physics_set_time(mpo_physics *p, double t) { (void)p, (void)t; }
int mpo_physics_contacts(const mpo_physics *p) { (void)p; return 0; }
void mpo_physics_contact(const mpo_physics *p, int i, int g[2], double *x) { (void)p, (void)i; g[0] = g[1] = -1; *x = 0; }
bool mpo_physics_do(mpo_physics *p, mpo_physics_call c, int t, char error[MPO_MUJOCO_MESSAGE]) {
  (void)p, (void)c, (void)t; error[0] = 0; return false;
}
bool mpo_physics_distance(mpo_physics *p, int a, int b, double m, double *x, char error[MPO_MUJOCO_MESSAGE]) {
  (void)p, (void)a, (void)b, (void)m, (void)x; error[0] = 0; return false;
}
int64_t mpo_physics_state_size(const mpo_physics *p) { (void)p; return 0; }
void mpo_physics_get_state(const mpo_physics *p, double *n) { (void)p, (void)n; }
void mpo_physics_set_state(mpo_physics *p, const double *n) { (void)p, (void)n; }

#endif
