/* What the staff API says of cases, for people at a terminal. */
#ifndef VDPD_CLI_CLIENT_CASE_PRINT_H
#define VDPD_CLI_CLIENT_CASE_PRINT_H

#include <jansson.h>

/* A line a case: number, state, severity, the next promise, title. */
void case_print_list(const json_t *items);
/* One case whole: head, clocks, report, conversation and notes in order of time. */
void case_print(const json_t *c);

#endif
