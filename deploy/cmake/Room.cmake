# SPDX-License-Identifier: Apache-2.0
# gw_room(NAME SOURCES … [LINKS …]): one room = one static library gw_NAME whose headers are included as "NAME/x.h".
#
# Each room exports only its own include root (a directory holding one symbolic link to the room's folder), so a header of a
# room that is not in LINKS does not resolve: an upward include is a compile error.
function(gw_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  add_library(gw_${name} STATIC ${ARG_SOURCES})
  target_include_directories(gw_${name} PUBLIC ${root})
  target_link_libraries(gw_${name} PUBLIC gw_options ${ARG_LINKS} PRIVATE gw_warnings)
endfunction()

# gw_program(NAME SOURCES … LINKS …): a thin main over rooms, in build/<preset>/bin.
function(gw_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gw_options gw_warnings ${ARG_LINKS})
  target_compile_definitions(${name} PRIVATE GOVWIRE_VERSION="${PROJECT_VERSION}")
  install(TARGETS ${name} RUNTIME)
endfunction()
