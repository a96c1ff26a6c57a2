/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warehouse that needs no server: tables in a SQLite file, driver "sqlite".
 * docs/data-dictionary.md tells users how the types land.
 *
 * The file may be one of the user's own: only tables that we made are touched. Types are
 * declared so that SQLite changes no value: whatever is exact as text is TEXT by affinity, and
 * the word in front says what it is ("NUMERIC TEXT(8,4)", "TIMESTAMPTZ TEXT"). SQLite's
 * NUMERIC would go through a double.
 */
#ifndef SINK_EMBEDDED_H
#define SINK_EMBEDDED_H

#include "sink/driver.h"

extern const struct driver embedded_driver;

#endif
