/* Named links: specs with a reason each, for scenarios that want "a bad wifi" without tuning one.
 * Ours, not tc's. */
#ifndef STRAYFRAME_NET_PROFILES_H
#define STRAYFRAME_NET_PROFILES_H

struct sf_netem_profile {
    const char *name;
    const char *spec;    /* in tc's grammar */
    const char *summary; /* one line for a person */
    const char *source;  /* where its figures come from */
};

/* Ends with an entry whose name is NULL. */
extern const struct sf_netem_profile sf_netem_profiles[];

/* Their names alone, NULL-terminated. */
extern const char *const sf_netem_profile_names[];

/* NULL for an unknown name. */
const struct sf_netem_profile *sf_netem_profile_find(const char *name);

#endif
