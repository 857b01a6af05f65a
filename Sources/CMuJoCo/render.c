// A picture of a model, drawn by MuJoCo's own renderer into memory: no window and no display is needed.
//
// The OpenGL that it needs is opened at run time: OSMesa (in software, the same picture on every machine) or else EGL
// without a surface. MUJOCO_GL=egl or osmesa, as MuJoCo's other users set it, asks for one of them.
#include "physics.h"
#include "CMuJoCo.h"
#include <stdlib.h>
#include <string.h>

#ifdef MPO_HAS_MUJOCO
#include <dlfcn.h>
#include <pthread.h>

#define RENDERING(X)                                                                                                   \
  X(mjv_defaultCamera) X(mjv_defaultOption) X(mjv_defaultScene) X(mjv_makeScene) X(mjv_freeScene) X(mjv_updateScene)   \
  X(mjr_defaultContext) X(mjr_makeContext) X(mjr_freeContext) X(mjr_setBuffer) X(mjr_render) X(mjr_readPixels)

#define X(name) static __typeof__(&name) call_##name;
RENDERING(X)
#undef X

// An OpenGL library with one context, which is current only while a picture is drawn. A process keeps to the library
// that worked first: MuJoCo looks its functions up once.
static struct {
  const char *library;
  bool is_egl;
  // OSMesa
  void *(*create)(const int *, void *);
  unsigned char (*make_current)(void *, void *, unsigned, int, int);
  void (*destroy)(void *);
  // EGL
  void *(*get_address)(const char *);
  void *display;
  void *config;
  void *(*egl_create)(void *, void *, void *, const int *);
  unsigned (*egl_make_current)(void *, void *, void *, void *);
  unsigned (*egl_destroy)(void *, void *);
} gl;

enum { RGBA = 0x1908, UNSIGNED_BYTE = 0x1401 };

static void *make_osmesa_context(void) {
  const int attributes[] = {0x22 /* OSMESA_FORMAT */, RGBA, 0x30 /* depth bits */, 24, 0x31 /* stencil bits */, 8,
                            0x33 /* profile */, 0x35 /* compatibility */, 0, 0};
  return gl.create(attributes, NULL);
}

static bool open_osmesa(void) {
  static const char *const names[] = {"libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"};
  void *library = NULL;
  size_t i = 0;
  while (i < sizeof names / sizeof *names && !(library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL))) i++;
  if (!library) return false;
  gl.create = (__typeof__(gl.create))dlsym(library, "OSMesaCreateContextAttribs");
  gl.make_current = (__typeof__(gl.make_current))dlsym(library, "OSMesaMakeCurrent");
  gl.destroy = (__typeof__(gl.destroy))dlsym(library, "OSMesaDestroyContext");
  void *context = gl.create && gl.make_current && gl.destroy ? make_osmesa_context() : NULL;
  if (!context) {
    dlclose(library);
    return false;
  }
  gl.destroy(context);
  gl.library = names[i];
  return true;
}

static bool open_egl(void) {
  static const char *const name = "libEGL.so.1";
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return false;
  gl.get_address = (__typeof__(gl.get_address))dlsym(library, "eglGetProcAddress");
  unsigned (*initialize)(void *, int *, int *) = (__typeof__(initialize))dlsym(library, "eglInitialize");
  unsigned (*bind)(unsigned) = (__typeof__(bind))dlsym(library, "eglBindAPI");
  unsigned (*choose)(void *, const int *, void **, int, int *) = (__typeof__(choose))dlsym(library, "eglChooseConfig");
  gl.egl_create = (__typeof__(gl.egl_create))dlsym(library, "eglCreateContext");
  gl.egl_make_current = (__typeof__(gl.egl_make_current))dlsym(library, "eglMakeCurrent");
  gl.egl_destroy = (__typeof__(gl.egl_destroy))dlsym(library, "eglDestroyContext");
  bool isWhole = gl.get_address && initialize && bind && choose && gl.egl_create && gl.egl_make_current && gl.egl_destroy;
  void *(*platform)(unsigned, void *, const int *) =
      isWhole ? (__typeof__(platform))gl.get_address("eglGetPlatformDisplayEXT") : NULL;
  const int wanted[] = {0x3024, 8, 0x3023, 8, 0x3022, 8, 0x3025, 24, 0x3040 /* renderable */, 8 /* OpenGL */,
                        0x3033 /* surfaces */, 1 /* pixel buffers */, 0x3038};
  int count = 0;
  void *context = NULL;
  if (platform && (gl.display = platform(0x31DD /* surfaceless */, NULL, NULL)) && initialize(gl.display, NULL, NULL) &&
      bind(0x30A2 /* OpenGL */) && choose(gl.display, wanted, &gl.config, 1, &count) && count > 0)
    context = gl.egl_create(gl.display, gl.config, NULL, NULL);
  if (!context) {
    dlclose(library);
    return false;
  }
  gl.egl_destroy(gl.display, context);
  gl.is_egl = true;
  gl.library = name;
  return true;
}

static bool open_gl(char *error) {
  if (gl.library) return true;
  const char *asked = getenv("MUJOCO_GL");
  bool egl = asked && !strcmp(asked, "egl");
  bool osmesa = asked && !strcmp(asked, "osmesa");
  if ((!egl && open_osmesa()) || (!osmesa && open_egl())) {
    // MuJoCo finds OpenGL's functions among the symbols that the whole process sees.
    dlopen(gl.library, RTLD_NOW | RTLD_GLOBAL);
    return true;
  }
  snprintf(error, MPO_MUJOCO_MESSAGE, "no OpenGL that draws into memory was found (%s)",
           egl ? "MUJOCO_GL asks for EGL" : osmesa ? "MUJOCO_GL asks for OSMesa" : "neither OSMesa nor EGL");
  return false;
}

static bool find_functions(char *error) {
  void *library = mpo_mujoco_library();
#define X(name)                                                                   \
  if (!(call_##name = (__typeof__(&name))dlsym(library, #name))) {                \
    snprintf(error, MPO_MUJOCO_MESSAGE, "the library has no function %s", #name); \
    return false;                                                                 \
  }
  RENDERING(X)
#undef X
  return true;
}

static void draw(mpo_physics *physics, const mpo_camera *camera, int width, int height, unsigned char *rgb, mjvScene *scene,
                 mjrContext *context) {
  mjModel *m = physics->model;
  mjvOption option;
  mjvCamera view;
  call_mjv_defaultOption(&option);
  call_mjv_defaultCamera(&view);
  if (camera->id >= 0) {
    view.type = mjCAMERA_FIXED;
    view.fixedcamid = camera->id;
  } else {
    view.type = mjCAMERA_FREE;
    memcpy(view.lookat, camera->look_at, sizeof view.lookat);
    view.distance = camera->distance;
    view.azimuth = camera->azimuth;
    view.elevation = camera->elevation;
  }
  // The buffer is as large as the model says, and that is smaller than some pictures.
  m->vis.global.offwidth = width;
  m->vis.global.offheight = height;
  call_mjv_makeScene(m, scene, 4000);
  call_mjr_makeContext(m, context, mjFONTSCALE_100);
  call_mjr_setBuffer(mjFB_OFFSCREEN, context);
  mjrRect area = {0, 0, width, height};
  call_mjv_updateScene(m, physics->data, &option, NULL, &view, mjCAT_ALL, scene);
  call_mjr_render(area, scene, context);
  call_mjr_readPixels(rgb, NULL, area, context);
}

// OpenGL's first row is the lowest.
static void turn_over(unsigned char *rgb, int width, int height, unsigned char *row) {
  size_t size = (size_t)width * 3;
  for (int y = 0; y < height / 2; y++) {
    unsigned char *a = rgb + (size_t)y * size, *b = rgb + (size_t)(height - 1 - y) * size;
    memcpy(row, a, size);
    memcpy(a, b, size);
    memcpy(b, row, size);
  }
}

static pthread_mutex_t rendering = PTHREAD_MUTEX_INITIALIZER;

static mpo_render_result render(mpo_physics *physics, const mpo_camera *camera, int width, int height, unsigned char *rgb,
                                char *error) {
  if (!find_functions(error)) return MPO_RENDER_FAILED;
  if (!open_gl(error)) return MPO_NO_RENDERER;
  mpo_render_result result = MPO_RENDER_FAILED;
  // OSMesa draws into this unless MuJoCo's own buffer is bound, which it is; a row of it serves to turn the picture over.
  unsigned char *pixels = malloc((size_t)width * 4);
  void *context = gl.is_egl ? gl.egl_create(gl.display, gl.config, NULL, NULL) : make_osmesa_context();
  bool isCurrent = context && pixels &&
                   (gl.is_egl ? gl.egl_make_current(gl.display, NULL, NULL, context)
                              : gl.make_current(context, pixels, UNSIGNED_BYTE, width, 1));
  if (isCurrent) {
    mjvScene scene;
    mjrContext objects;
    call_mjv_defaultScene(&scene);
    call_mjr_defaultContext(&objects);
    MPO_GUARDED(
        error,
        {
          draw(physics, camera, width, height, rgb, &scene, &objects);
          result = MPO_RENDERED;
        },
        result = MPO_RENDER_FAILED);
    call_mjv_freeScene(&scene);
    call_mjr_freeContext(&objects);
    if (result == MPO_RENDERED) turn_over(rgb, width, height, pixels);
    if (gl.is_egl) gl.egl_make_current(gl.display, NULL, NULL, NULL);
  } else {
    snprintf(error, MPO_MUJOCO_MESSAGE, "an OpenGL context of %d × %d cannot be made", width, height);
  }
  if (context) {
    if (gl.is_egl) gl.egl_destroy(gl.display, context); else gl.destroy(context);
  }
  free(pixels);
  return result;
}

mpo_render_result mpo_physics_render(mpo_physics *physics, const mpo_camera *camera, int width, int height,
                                     unsigned char *rgb, char error[MPO_MUJOCO_MESSAGE]) {
  pthread_mutex_lock(&rendering);
  mpo_render_result result = render(physics, camera, width, height, rgb, error);
  pthread_mutex_unlock(&rendering);
  return result;
}

bool mpo_renderer_is_available(void) {
  char error[MPO_MUJOCO_MESSAGE];
  pthread_mutex_lock(&rendering);
  bool isThere = mpo_mujoco_library() && open_gl(error);
  pthread_mutex_unlock(&rendering);
  return isThere;
}

void mpo_physics_framing(const mpo_physics *physics, double centre[3], double *extent) {
  memcpy(centre, physics->model->stat.center, 3 * sizeof *centre);
  *extent = physics->model->stat.extent;
}

#else

mpo_render_result mpo_physics_render(mpo_physics *physics, const mpo_camera *camera, int width, int height,
                                     unsigned char *rgb, char error[MPO_MUJOCO_MESSAGE]) {
  (void)physics, (void)camera, (void)width, (void)height, (void)rgb;
  error[0] = 0;
  return MPO_RENDER_FAILED;
}
bool mpo_renderer_is_available(void) { return false; }
void mpo_physics_framing(const mpo_physics *physics, double centre[3], double *extent) {
  (void)physics;
  centre[0] = centre[1] = centre[2] = 0;
  *extent = 1;
}

#endif
