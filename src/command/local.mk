# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += src/command/libcommand.a
src_command_libcommand_a_SOURCES = \
    src/command/cmd_audit.c \
    src/command/cmd_check.c \
    src/command/cmd_config.c \
    src/command/cmd_ddl.c \
    src/command/cmd_deliver.c \
    src/command/cmd_keys.c \
    src/command/cmd_plan.c \
    src/command/cmd_purge.c \
    src/command/cmd_run.c \
    src/command/cmd_show.c \
    src/command/cmd_status.c \
    src/command/cmd_verify.c \
    src/command/config.c src/command/config.h \
    src/command/config_type.c src/command/config_type.h \
    src/command/context.c src/command/context.h \
    src/command/help.c src/command/help.h \
    src/command/inspection.c src/command/inspection.h \
    src/command/options.c src/command/options.h \
    src/command/outlook.c src/command/outlook.h \
    src/command/progress.c src/command/progress.h \
    src/command/summary.c src/command/summary.h \
    src/command/table.c src/command/table.h

bin_PROGRAMS += extract
extract_SOURCES = src/main.c
extract_LDADD = $(COMMAND_LIBS)

# The man page and the completions are printed from the option table.
noinst_PROGRAMS += src/command/generate
src_command_generate_SOURCES = src/command/generate.c
src_command_generate_LDADD = src/command/libcommand.a $(BASE_LIBS)

generated_texts = extract.1 extract.bash _extract extract.fish
CLEANFILES += $(generated_texts)
extract.1: src/command/generate$(EXEEXT)
	$(AM_V_GEN)src/command/generate$(EXEEXT) man >$@.tmp && mv $@.tmp $@
extract.bash: src/command/generate$(EXEEXT)
	$(AM_V_GEN)src/command/generate$(EXEEXT) bash >$@.tmp && mv $@.tmp $@
_extract: src/command/generate$(EXEEXT)
	$(AM_V_GEN)src/command/generate$(EXEEXT) zsh >$@.tmp && mv $@.tmp $@
extract.fish: src/command/generate$(EXEEXT)
	$(AM_V_GEN)src/command/generate$(EXEEXT) fish >$@.tmp && mv $@.tmp $@

nodist_man_MANS = extract.1
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
fishcompdir = $(datadir)/fish/vendor_completions.d
nodist_zshcomp_DATA = _extract
nodist_fishcomp_DATA = extract.fish
install-data-local: extract.bash
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) extract.bash '$(DESTDIR)$(bashcompdir)/extract'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompdir)/extract'

# What an API and its records look like, and the grammars of both.
sourcesdir = $(pkgdatadir)/sources
dist_sources_DATA = sources/facebook_ads.json sources/random_user.json
schemasdir = $(pkgdatadir)/schemas
dist_schemas_DATA = schemas/manifest.schema.json schemas/record.schema.json
randomuserdir = $(pkgdatadir)/schemas/random_user
dist_randomuser_DATA = schemas/random_user/users.json
facebookadsdir = $(pkgdatadir)/schemas/facebook_ads
dist_facebookads_DATA = \
    schemas/facebook_ads/ad_accounts.json \
    schemas/facebook_ads/ad_creatives.json \
    schemas/facebook_ads/ad_sets.json \
    schemas/facebook_ads/ads.json \
    schemas/facebook_ads/campaigns.json \
    schemas/facebook_ads/custom_audiences.json \
    schemas/facebook_ads/insights_account.json \
    schemas/facebook_ads/insights_ad.json \
    schemas/facebook_ads/insights_ad_age_gender.json \
    schemas/facebook_ads/insights_ad_country.json \
    schemas/facebook_ads/insights_ad_device.json \
    schemas/facebook_ads/insights_ad_hourly.json \
    schemas/facebook_ads/insights_ad_platform.json \
    schemas/facebook_ads/insights_ad_region.json \
    schemas/facebook_ads/insights_ad_set.json \
    schemas/facebook_ads/insights_campaign.json
