/* How sure a count or a difference is. Only reports and verdicts of campaigns use it, no run does.
 *
 * Shares: exact binomial bounds, quantiles of the beta distribution: C. J. Clopper, E. S. Pearson,
 * The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26
 * (1934) 404-413. Without a failure in n runs the upper bound is 1 - (1 - confidence)^(1/n), at 95
 * % about 3/n, the rule of three: J. A. Hanley, A. Lippman-Hand, If nothing goes wrong, is
 * everything all right?, JAMA 249 (1983) 1743-1745.
 *
 * Differences between two caches that had the same seeds: the delete-a-group jackknife: P. S. Kott,
 * The delete-a-group jackknife, Journal of Official Statistics 17 (2001) 521-526, with Student's
 * quantile.
 *
 * The incomplete beta function is the continued fraction of https://dlmf.nist.gov/8.17#v. */
#ifndef STRAYFRAME_MEASURE_INTERVAL_H
#define STRAYFRAME_MEASURE_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

struct sf_interval {
    double low;
    double high;
};

/* The share of which `hits` of `count` are a sample; 0 to 1 without a sample. Each bound is
 * exceeded with a probability of (1 - confidence) / 2 at most. */
struct sf_interval sf_share_interval(uint64_t hits, uint64_t count, double confidence);

/* The upper bound alone, exceeded with a probability of 1 - confidence. */
double sf_share_at_most(uint64_t hits, uint64_t count, double confidence);

/* How many runs without a failure show, with this confidence, that a failure is no more frequent
 * than `rate`. Both are between 0 and 1, exclusively. */
uint64_t sf_runs_needed(double rate, double confidence);

/* Of pairs that were decided one way or the other: the probability that `worse` of them, or more,
 * go one way if both are equally likely (sign test). 1 without a pair. */
double sf_sign_test(uint64_t worse, uint64_t better);

/* `value` from all groups, and `left_out[i]` from all but the i-th of `count` groups: the interval
 * of the value. From minus to plus infinity with fewer than two groups. */
struct sf_interval sf_jackknife(double value, const double *left_out, uint32_t count,
                                double confidence);

#endif
