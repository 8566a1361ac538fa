// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <stddef.h>

static const struct {
    Gw__Outcome outcome;
    int rc;
} outcomes[] = {
    {GW__OUTCOME__OUTCOME_DONE, GW_OK},        {GW__OUTCOME__OUTCOME_NOT_FOUND, GW_ENOTFOUND},
    {GW__OUTCOME__OUTCOME_NOT_NOW, GW_EAGAIN}, {GW__OUTCOME__OUTCOME_NOT_POSSIBLE, GW_EINVAL},
    {GW__OUTCOME__OUTCOME_FAILED, GW_EIO},     {GW__OUTCOME__OUTCOME_DAMAGED, GW_ECORRUPT},
};

void gw_answer_last(Gw__Answer *answer, int rc, const char *remark)
{
    gw__answer__init(answer);
    answer->last = true;
    answer->outcome = GW__OUTCOME__OUTCOME_FAILED;
    answer->reason = (char *)(rc == GW_OK ? remark : gw_reason());
    for (size_t i = 0; i < GW_COUNT(outcomes); i++)
        if (outcomes[i].rc == rc)
            answer->outcome = outcomes[i].outcome;
}

int gw_answer_rc(const Gw__Answer *last)
{
    for (size_t i = 0; i < GW_COUNT(outcomes); i++)
        if (outcomes[i].outcome == last->outcome && outcomes[i].rc != GW_OK)
            return gw_fail((enum gw_rc)outcomes[i].rc, "%s", last->reason);
    return GW_OK;
}
