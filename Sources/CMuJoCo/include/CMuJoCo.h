// MuJoCo behind an opaque handle: no type of MuJoCo's is named here, so that the package builds without it.
//
// The library is opened at run time (mpo_mujoco_open). Fields of mjModel and mjData are reached by name, as MuJoCo's own
// memory. Every call that enters MuJoCo returns false where it failed and writes why into `error`; an error of MuJoCo's
// never ends the process. A handle is used by one thread at a time; different handles by any number of threads.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MPO_MUJOCO_MESSAGE = 512 };

// A model with its data.
typedef struct mpo_physics mpo_physics;

// Whether MuJoCo's headers were there when this was compiled.
bool mpo_mujoco_is_built(void);
// The version of those headers, as 3017000; 0 without them.
int mpo_mujoco_header_version(void);
// Opens the library (again, where a path failed before), once for the process; refuses one of another version than the headers'.
bool mpo_mujoco_open(const char *library, char error[MPO_MUJOCO_MESSAGE]);

// A file of a model given in memory: MJCF text, or something that it includes or names.
typedef struct {
  const char *name;
  const void *bytes;
  size_t count;
} mpo_model_file;

// NULL where it failed. `path` is a file on disk, or the name of one of `files`, which stand before those on disk.
mpo_physics *mpo_physics_load(const char *path, const mpo_model_file *files, size_t file_count,
                              char error[MPO_MUJOCO_MESSAGE]);
// Another one with a model and data of its own, in the same state, derived quantities included.
mpo_physics *mpo_physics_copy(const mpo_physics *physics, char error[MPO_MUJOCO_MESSAGE]);
void mpo_physics_free(mpo_physics *physics);

// What a field holds; its elements keep their place as long as the handle lives.
typedef enum { MPO_NO_FIELD = 0, MPO_DOUBLES, MPO_INTS, MPO_FLOATS, MPO_BYTES, MPO_OTHER } mpo_field_kind;
typedef struct {
  void *elements;
  int64_t rows;
  int64_t columns;
  mpo_field_kind kind;
} mpo_field;

// A field of mjData or else of mjModel by its name in MuJoCo's documentation ("qpos", "geom_size").
mpo_field mpo_physics_field(mpo_physics *physics, const char *name);
// A field of mjOption ("timestep", "disableflags").
mpo_field mpo_physics_option(mpo_physics *physics, const char *name);
// The kinds of named things, as in mjtObj's names: "body", "joint", "geom", "site", "sensor", "actuator", "tendon", "camera".
// The id, or -1.
int mpo_physics_id(mpo_physics *physics, const char *kind, const char *name);
// The name of a thing, or NULL.
const char *mpo_physics_name(mpo_physics *physics, const char *kind, int id);
// A size of mjModel ("nq", "nu"), or -1.
int64_t mpo_physics_size(mpo_physics *physics, const char *name);

double mpo_physics_time(const mpo_physics *physics);
void mpo_physics_set_time(mpo_physics *physics, double seconds);
int mpo_physics_contacts(const mpo_physics *physics);
// Of contact i: the two geoms and the distance (negative where they overlap).
void mpo_physics_contact(const mpo_physics *physics, int i, int geoms[2], double *distance);

typedef enum {
  MPO_RESET_DATA,           // mj_resetData
  MPO_FORWARD,              // mj_forward
  MPO_FORWARD_UNACTUATED,   // mj_forward with mjDSBL_ACTUATION set for its length
  MPO_STEP,                 // mj_step
  MPO_STEP1,                // mj_step1
  MPO_STEP2,                // mj_step2
  MPO_RNE_POST_CONSTRAINT,  // mj_rnePostConstraint
  MPO_SUBTREE_VELOCITY,     // mj_subtreeVel
  MPO_SET_CONSTANTS         // mj_setConst
} mpo_physics_call;

// Does `call` so many times. False with MuJoCo's words where it failed or where the state became unstable (MuJoCo would
// begin again from the start state without a word).
bool mpo_physics_do(mpo_physics *physics, mpo_physics_call call, int times, char error[MPO_MUJOCO_MESSAGE]);

// Geom-to-geom distance (mj_geomDistance), at most `most`.
bool mpo_physics_distance(mpo_physics *physics, int geom1, int geom2, double most, double *distance,
                          char error[MPO_MUJOCO_MESSAGE]);

// Everything that later steps depend on (mjSTATE_INTEGRATION: time, positions, velocities, activations, warm start,
// controls, …), as numbers.
int64_t mpo_physics_state_size(const mpo_physics *physics);
void mpo_physics_get_state(const mpo_physics *physics, double *numbers);
void mpo_physics_set_state(mpo_physics *physics, const double *numbers);

// Where a picture is taken from: a camera of the model's, or a free one that looks at a point. Degrees and metres.
typedef struct {
  int id;  // of the model's camera; -1: the free one
  double look_at[3];
  double distance, azimuth, elevation;
} mpo_camera;

typedef enum { MPO_RENDERED, MPO_NO_RENDERER, MPO_RENDER_FAILED } mpo_render_result;

// Draws the model in its present state into width × height × 3 bytes, the top row first. Derived quantities are to be
// up to date (MPO_FORWARD), and the model's picture size is set: draw a copy.
mpo_render_result mpo_physics_render(mpo_physics *physics, const mpo_camera *camera, int width, int height,
                                     unsigned char *rgb, char error[MPO_MUJOCO_MESSAGE]);
// Whether MuJoCo is open and an OpenGL that draws into memory is there.
bool mpo_renderer_is_available(void);
// The middle and the size of what the model shows, as its compiler found them.
void mpo_physics_framing(const mpo_physics *physics, double centre[3], double *extent);
