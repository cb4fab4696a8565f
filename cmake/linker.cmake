# Links with mold where it is installed: a build has some thirty test programs, and ld takes as long for
# them as the compiler does for their sources.

find_program(MOLD_PROGRAM mold)
mark_as_advanced(MOLD_PROGRAM)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
