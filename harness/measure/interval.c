#include "harness/measure/interval.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "harness/base/assert.h"

enum { FRACTION_STEPS_MAX = 100000, BISECTIONS = 200 };

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double fraction(double x, double a, double b)
{
    double c = 1.0;
    double d = 1.0 / fmax(1.0 - (a + b) * x / (a + 1.0), DBL_MIN);
    double value = d;
    for (int m = 1; m < FRACTION_STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        value *= c * d;
        if (fabs(c * d - 1.0) < 1e-15) {
            break;
        }
    }
    return value;
}

/* The regularised incomplete beta function I_x(a, b). */
static double beta_share(double x, double a, double b)
{
    SF_ASSERT(a > 0);
    SF_ASSERT(b > 0);
    if (x <= 0.0 || x >= 1.0) {
        return x <= 0.0 ? 0.0 : 1.0;
    }
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1.0) / (a + b + 2.0) ? front * fraction(x, a, b) / a
                                         : 1.0 - front * fraction(1.0 - x, b, a) / b;
}

/* The x with I_x(a, b) = share. */
static double beta_quantile(double share, double a, double b)
{
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < BISECTIONS && high - low > DBL_EPSILON * high; i++) {
        double middle = (low + high) / 2;
        if (beta_share(middle, a, b) < share) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

double sf_share_at_most(uint64_t hits, uint64_t count, double confidence)
{
    SF_ASSERT(hits <= count);
    SF_ASSERT(confidence > 0.0 && confidence < 1.0);
    if (hits == count) {
        return 1.0;
    }
    if (hits == 0) {
        return -expm1(log1p(-confidence) / (double)count);
    }
    return beta_quantile(confidence, (double)hits + 1.0, (double)(count - hits));
}

struct sf_interval sf_share_interval(uint64_t hits, uint64_t count, double confidence)
{
    double one_side = (1.0 + confidence) / 2;
    return (struct sf_interval){
        .low = hits == 0
                   ? 0.0
                   : beta_quantile(1.0 - one_side, (double)hits, (double)(count - hits) + 1.0),
        .high = sf_share_at_most(hits, count, one_side),
    };
}

uint64_t sf_runs_needed(double rate, double confidence)
{
    SF_ASSERT(rate > 0.0 && rate < 1.0);
    SF_ASSERT(confidence > 0.0 && confidence < 1.0);
    return (uint64_t)ceil(log1p(-confidence) / log1p(-rate));
}

double sf_sign_test(uint64_t worse, uint64_t better)
{
    /* P(X >= k) of n pairs is I_0.5(k, n - k + 1). */
    return worse == 0 ? 1.0 : beta_share(0.5, (double)worse, (double)better + 1.0);
}

/* Student's t that is exceeded, either way, with a probability of 1 - confidence. */
static double student(double confidence, double degrees)
{
    double low = 0.0;
    double high = 1e6;
    for (int i = 0; i < BISECTIONS && high - low > DBL_EPSILON * high; i++) {
        double t = (low + high) / 2;
        if (beta_share(degrees / (degrees + t * t), degrees / 2, 0.5) > 1.0 - confidence) {
            low = t;
        } else {
            high = t;
        }
    }
    return (low + high) / 2;
}

struct sf_interval sf_jackknife(double value, const double *left_out, uint32_t count,
                                double confidence)
{
    SF_ASSERT(left_out != NULL || count == 0);
    if (count < 2) {
        return (struct sf_interval){-(double)INFINITY, (double)INFINITY};
    }
    double sum = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (left_out[i] - value) * (left_out[i] - value);
    }
    double error = sqrt(sum * (count - 1) / count);
    double width = error > 0.0 ? error * student(confidence, count - 1) : 0.0;
    return (struct sf_interval){value - width, value + width};
}
