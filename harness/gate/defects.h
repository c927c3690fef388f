/* The catalogue of planted defects: the ways in which caches have shown another tenant's frame,
 * each with a built-in cache that has it, the same cache with the one defence put back, and the
 * oracle that is there to catch it. A gate that does not catch one of them has not tested for its
 * class.
 */
#ifndef STRAYFRAME_GATE_DEFECTS_H
#define STRAYFRAME_GATE_DEFECTS_H

struct sf_defect {
    const char *id; /* "D02"; never given to another class */
    const char *title;
    const char *seen_in;  /* public incidents and advisories, or servers on which it was seen */
    const char *needs;    /* the conditions under which a run shows it */
    const char *cache;    /* as in a plan */
    const char *before;   /* the version that a deploy replaces; NULL: the cache itself */
    const char *twin;     /* the same with its defence: must pass every oracle */
    const char *oracle;   /* by name: the one that must catch it */
    const char *scenario; /* the one of scenarios/gate that catches it most often */
};

/* In order of id; ended by one whose id is NULL. */
const struct sf_defect *sf_defects(void);

#endif
