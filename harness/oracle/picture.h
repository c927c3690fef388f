/* A picture that a viewer was shown, put together from its records: SHOWN, then a SEEN for each
 * capture in it. Shared by the oracles that ask how old a viewer's own picture is. */
#ifndef STRAYFRAME_ORACLE_PICTURE_H
#define STRAYFRAME_ORACLE_PICTURE_H

#include "harness/oracle/oracle.h"

struct sf_picture {
    sf_ns at_ns;
    uint64_t request;
    struct sf_viewer_id viewer;
    uint32_t newest; /* capture of the viewer's own camera in it, if `own` */
    uint16_t flags;  /* of SHOWN */
    bool own;        /* something of the viewer's own camera is in it */
    bool open;       /* its records may go on */
};

/* Takes every record that the oracle sees, SHOWN, SEEN and END at least. True when a picture is
 * complete: it is then in `picture_out`, and comes before the record. `open` starts zeroed. */
bool sf_picture_see(struct sf_picture *open, const struct sf_register *who,
                    const struct sf_record *record, struct sf_picture *picture_out);

/* Is it a whole picture, sound in itself, with something of the viewer's own in it, that the cache
 * answered with? In part of one the newest capture may be missing. */
bool sf_picture_is_judged(const struct sf_picture *picture);

#endif
