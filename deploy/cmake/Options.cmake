# SPDX-License-Identifier: Apache-2.0
# What every target gets: language level, warnings, sanitizers, where programs go.

option(GOVWIRE_TESTS "Build the tests" ON)
option(GOVWIRE_WERROR "Warnings are errors" OFF)
set(GOVWIRE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined)")
option(GOVWIRE_FUZZ "Build the libFuzzer programs (clang)" OFF)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # libgovwire.so holds rooms
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_C_EXTENSIONS ON) # GNU: asprintf, memmem, accept4, statement expressions are not used
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(GOVWIRE_CCACHE ccache)
if(GOVWIRE_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${GOVWIRE_CCACHE})
endif()

add_library(gw_options INTERFACE)
target_compile_definitions(gw_options INTERFACE _GNU_SOURCE)
target_compile_options(gw_options INTERFACE -fno-strict-aliasing -fno-omit-frame-pointer)

add_library(gw_warnings INTERFACE)
target_compile_options(gw_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla
  -Wno-format-nonliteral -Wno-missing-field-initializers
  $<$<BOOL:${GOVWIRE_WERROR}>:-Werror>)

if(GOVWIRE_SANITIZE)
  target_compile_options(gw_options INTERFACE -fsanitize=${GOVWIRE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(gw_options INTERFACE -fsanitize=${GOVWIRE_SANITIZE})
  target_compile_definitions(gw_options INTERFACE GW_SANITIZED=1)
endif()
if(GOVWIRE_FUZZ)
  target_compile_options(gw_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
