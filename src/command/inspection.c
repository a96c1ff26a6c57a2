/* SPDX-License-Identifier: Apache-2.0 */
#include "command/inspection.h"

#include "base/log.h"
#include "base/stop.h"
#include "stage/inspect.h"

bool inspection_run(struct store *s, const char *event, struct inspection *counts,
                    struct error *err)
{
    AUTO(inspect_freep) struct inspect *inspect = NULL;
    if (!inspect_new(s, &inspect, err))
        return false;
    struct inspect_finding finding;
    for (bool found;;) {
        if (stop_requested())
            return error_set(err, ERROR_STOPPED,
                             "%s: asked to stop before all of it was opened; run the same "
                             "command again",
                             store_path(s));
        if (!inspect_next(inspect, &finding, &found, err))
            return false;
        if (!found)
            return true;
        if (finding.verdict != INSPECT_SOUND) {
            counts->faults++;
            log_error(event, "%s", finding.error.text);
            continue;
        }
        counts->segments += finding.kind == INSPECT_SEGMENT;
        counts->quarantined += finding.kind == INSPECT_QUARANTINE;
        counts->records += finding.records;
    }
}
