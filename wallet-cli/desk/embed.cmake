# cmake -DOUT=file.cpp -DFOLDER=web -DFILES="a;b" -P embed.cmake: files as byte arrays. As arrays, for string literals have a limit.
set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")

set(arrays "")
set(entries "")
set(n 0)
foreach(name ${FILES})
  file(READ ${FOLDER}/${name} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  string(APPEND arrays "constexpr unsigned char file_${n}[] = {${bytes}};\n")
  string(APPEND entries "      {\"${name}\", \"${types_${extension}}\", text(file_${n}, ${size})},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "// Made by wallet-cli/desk/embed.cmake.
#include \"wallet-cli/desk/resources.h\"

namespace stele::desk {
namespace {

${arrays}
std::string_view text(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::span<const Resource> resources() {
  static const Resource all[] = {
${entries}  };
  return all;
}

}  // namespace stele::desk
")
