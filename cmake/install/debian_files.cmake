# What Debian's policy wants of a package beyond `cmake --install`: copyright, changelog, a compressed manual page. Run by
# cpack, over the files to be packed.
cmake_minimum_required(VERSION 3.25)
set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${usr}/share/doc/strayframe)
file(REMOVE ${doc}/LICENSE)
file(WRITE ${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: strayframe

Files: *
Copyright: 2026 the strayframe contributors
License: Apache-2.0
 On Debian systems the full text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
")
# The date of the last commit, so that the same commit gives the same package.
execute_process(COMMAND git -C $ENV{SF_PACKAGE_SOURCE} log -1 --format=%aD OUTPUT_VARIABLE date
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
endif()
file(WRITE ${doc}/changelog "strayframe (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See /usr/share/strayframe/CHANGELOG.md.

 -- $ENV{SF_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9n ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND gzip -9n ${usr}/share/man/man1/strayframe.1 COMMAND_ERROR_IS_FATAL ANY)
# Debian's zsh looks for the completions of packages here.
file(MAKE_DIRECTORY ${usr}/share/zsh/vendor-completions)
file(RENAME ${usr}/share/zsh/site-functions/_strayframe ${usr}/share/zsh/vendor-completions/_strayframe)
file(REMOVE_RECURSE ${usr}/share/zsh/site-functions)
