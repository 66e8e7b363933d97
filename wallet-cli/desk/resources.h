// The page's files, compiled into the program (embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace stele::desk {

struct Resource {
  std::string_view name, content_type, bytes;
};
[[nodiscard]] std::span<const Resource> resources();

}  // namespace stele::desk
