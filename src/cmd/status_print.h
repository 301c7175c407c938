/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADIT_STATUS_PRINT_H
#define ADIT_STATUS_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* The tunnels, for people. What is missing in the JSON is left out. */
void adit_status_print(FILE *out, const json_t *tunnels);

#endif
