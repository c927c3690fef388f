/* What a scenario needs so that an oracle has something to judge. */
#ifndef STRAYFRAME_REPORT_LACKING_H
#define STRAYFRAME_REPORT_LACKING_H

/* One sentence without a full stop, with the keys to write; NULL: nothing is known to help. */
const char *sf_report_what_it_lacks(const char *oracle);

#endif
