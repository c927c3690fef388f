/* A finding in words, and what reports share. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/ids.h"
#include "harness/report/report.h"
#include "harness/story/contract.h"

struct sf_paint sf_paint_for(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    bool plain = !isatty(fd) || (no_color != NULL && no_color[0] != '\0');
    return plain ? (struct sf_paint){"", "", "", "", ""}
                 : (struct sf_paint){"\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"};
}

void sf_report_time(sf_ns at_ns, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%02" PRId64 ":%02" PRId64 ".%03" PRId64, at_ns / SF_MINUTE,
             at_ns % SF_MINUTE / SF_SECOND, at_ns % SF_SECOND / SF_MS);
}

void sf_report_finding(const struct sf_finding *finding, struct sf_text *out)
{
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    char at[32];
    sf_report_time(finding->at_ns, at, sizeof at);
    sf_text_add(out, "%s %s: ", at, oracle->name);
    if (finding->viewer != SF_NOBODY) {
        sf_text_add(out, "the %s of home %u ", sf_viewer_kind_name(sf_viewer_id(finding->viewer)),
                    finding->viewer_tenant + 1);
    }
    if (oracle == &sf_oracle_no_stray_pixels) {
        sf_text_add(out, "was shown home %u's capture %u (%u.%u%% of the picture)",
                    finding->owner_tenant + 1, finding->capture, finding->amount / 10000,
                    finding->amount / 1000 % 10);
    } else if (oracle == &sf_oracle_no_stray_bytes) {
        sf_text_add(out, "received %u bytes of home %u's capture %u", finding->amount,
                    finding->owner_tenant + 1, finding->capture);
    } else if (oracle == &sf_oracle_valid_link) {
        sf_text_add(out, "was sent %u bytes of home %u's camera without a valid link",
                    finding->amount, finding->owner_tenant + 1);
    } else if (oracle == &sf_oracle_kill_switch) {
        sf_text_add(out, "got %u bytes of a frame although the integration is blocked",
                    finding->amount);
    } else if (oracle == &sf_oracle_unlinked) {
        sf_text_add(out, "got %u bytes of a frame although its owner has unlinked the integration",
                    finding->amount);
    } else if (oracle == &sf_oracle_recovery) {
        sf_text_add(
            out, "did not see its own frame within %u ms of asking, though the network is healed",
            finding->amount);
    } else if (finding->destination != SF_DESTINATION_NONE) {
        sf_text_add(out, "home %u's camera sent %u %s to %s", finding->owner_tenant + 1,
                    finding->amount, oracle->amount_unit,
                    sf_destination_name((enum sf_destination)finding->destination));
    } else if (oracle == &sf_oracle_whole_or_flagged) {
        sf_text_add(out, "was answered with a damaged picture, and not told that it is");
    } else if (oracle == &sf_oracle_monotonic) {
        sf_text_add(out, "was answered with its capture %u, %u older than one that it had seen",
                    finding->capture, finding->amount);
    } else if (oracle == &sf_oracle_fresh) {
        sf_text_add(out, "was answered with its capture %u, %u ms old, and not told that it is",
                    finding->capture, finding->amount);
    } else if (oracle == &sf_oracle_ends_once) {
        static const char *const how[] = {"", "a second time", "too late", "never"};
        sf_text_add(out, "made a request that ended %s", how[finding->amount & 3]);
    } else {
        sf_text_add(out, "the cache broke the contract of its interface: ");
        sf_contract_print(finding->amount, out);
    }
}
