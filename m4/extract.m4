dnl SPDX-License-Identifier: Apache-2.0

dnl EXTRACT_LIBRARY(VARIABLE, pkg-config module and version, Debian package)
dnl A library we cannot do without: a missing one is named with the package that has it.
AC_DEFUN([EXTRACT_LIBRARY], [
    PKG_CHECK_MODULES([$1], [$2], [],
        [AC_MSG_ERROR([$2 is missing. On Debian: sudo apt-get install $3])])
])

dnl EXTRACT_FLAG(VARIABLE, FLAG): adds FLAG to VARIABLE when compiler and linker take it.
AC_DEFUN([EXTRACT_FLAG], [
    AS_VAR_PUSHDEF([cache], [extract_cv_flag_$2])
    AC_CACHE_CHECK([whether $CC accepts $2], [cache], [
        saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS -Werror $2"
        AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
        CFLAGS=$saved_CFLAGS
    ])
    AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
    AS_VAR_POPDEF([cache])
])
