/* In: a gradient function pointer of stanli's C interface. Out: seconds for `count` calls, without Python in the loop. */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

typedef int (*gradient_function)(void *model, const double *q, double *value, double *gradient);

double time_gradient(gradient_function call, void *model, double *q, double *gradient, long dim, long count) {
  struct timespec start, end;
  double value = 0;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (long i = 0; i < count; i++) {
    q[i % dim] += 1e-12;
    if (call(model, q, &value, gradient) != 0) return -1;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
}
