/* SPDX-License-Identifier: Apache-2.0 */
/* extract config: what is in force, and who said so. */
#include <stdio.h>
#include <string.h>

#include "command/context.h"

static json_t *settings_json(const struct config *config)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < config_rows(config); i++) {
        const struct config_row *row = config_row_at(config, i);
        char where[CONFIG_WHERE_MAX];
        config_where(config, row->section, row->key, where);
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s?, s:s}", "section", row->section,
                                              "key", row->key, "value",
                                              config_text(config, row->section, row->key),
                                              "from", where));
    }
    return rows;
}

static json_t *policies_json(const struct config *config)
{
    json_t *rows = json_array();
    struct config_policy p;
    for (size_t cursor = 0; config_policy_next(config, &cursor, &p);) {
        char where[CONFIG_WHERE_MAX];
        snprintf(where, sizeof where, "%s:%d", config_path(config), p.line);
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s, s:s}", "target", p.target, "column",
                                        p.column, "action", p.action, "from", where));
    }
    return rows;
}

static void print_section(const char *name, const char **last)
{
    if (strcmp(*last, name) != 0)
        printf("\n[%s]\n", name);
    *last = name;
}

/* What is unset is shown as a comment, so that all of it is a configuration again. */
static void print_settings(const struct config *config)
{
    const char *section = "";
    for (size_t i = 0; i < config_rows(config); i++) {
        const struct config_row *row = config_row_at(config, i);
        const char *value = config_text(config, row->section, row->key);
        char where[CONFIG_WHERE_MAX];
        config_where(config, row->section, row->key, where);
        print_section(row->section, &section);
        printf("# %s; %s\n%s%s = %s\n", where, row->help, value ? "" : "# ", row->key,
               value ? value : "");
    }
}

static void print_policies(const struct config *config)
{
    const char *section = "";
    struct config_policy p;
    for (size_t cursor = 0; config_policy_next(config, &cursor, &p);) {
        print_section(p.section, &section);
        printf("# %s:%d\n%s = %s\n", config_path(config), p.line, p.column, p.action);
    }
}

bool cmd_config(struct context *c, int *ret_status, struct error *err)
{
    *ret_status = 0;
    if (context_json(c))
        return context_print_json(json_pack("{s:s?, s:o, s:o}", "file", config_path(c->config),
                                            "settings", settings_json(c->config), "policies",
                                            policies_json(c->config)),
                                  err);
    printf("# %s\n", config_path(c->config) ? config_path(c->config) : "no configuration file");
    print_settings(c->config);
    print_policies(c->config);
    return true;
}
