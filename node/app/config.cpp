#include "node/app/config.h"

#include <fmt/format.h>

// toml++ 3.3 asserts that a table's header begins with a key, which "[/" does not (found by fuzzing): what people write
// must not end the program, nor be taken for granted where assertions are off.
namespace {
struct TomlAssertion {};
[[noreturn]] void toml_assertion_failed() {
  throw TomlAssertion{};
}
}  // namespace
#ifdef NDEBUG
#error "toml++ turns its assertions into assumptions where NDEBUG is set"
#endif
#define TOML_ASSERT(expr) ((expr) ? void() : toml_assertion_failed())
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <numeric>
#include <vector>

#include "node/app/ascii_toml.h"
#include "node/http/url.h"

namespace stele::app {
namespace {

namespace fs = std::filesystem;

Where place(const fs::path& file, const toml::source_position& at, std::string_view key) {
  Where w;
  w.file = file.string();
  w.row = at.line;
  if (at.column > 0) w.column = std::to_string(at.column);
  w.field = key;
  return w;
}

/// Levenshtein's distance: for the hint after a misspelt key.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

/// Takes a table's keys one by one, and refuses those that nobody asked for. The first fault stays.
class Reader {
 public:
  Reader(const toml::table& root, const fs::path& file) : root_(root), file_(file) {}
  /// `prefix`: how keys of this table are named to people, such as "peers.".
  Reader(const toml::table& root, const fs::path& file, std::string prefix)
      : root_(root), file_(file), prefix_(std::move(prefix)) {}

  void path(const char* key, fs::path& out, bool required) {
    std::string text;
    take(key, required, "một chuỗi", "a string", [&](const toml::node& n) { return string(n, text) && !text.empty(); });
    if (!text.empty()) out = fs::path(text).is_absolute() ? fs::path(text) : file_.parent_path() / text;
  }
  void text(const char* key, std::string& out) {
    take(key, false, "một chuỗi", "a string", [&](const toml::node& n) { return string(n, out) && !out.empty(); });
  }
  void url(const char* key, std::string& out, bool required = true) {
    take(key, required, url_vi, url_en, [&](const toml::node& n) { return is_url(n, out); });
  }
  void urls(const char* key, std::vector<std::string>& out, std::size_t max) {
    const auto most = std::to_string(max);
    take(key, false, "danh sách gồm 1–" + most + " địa chỉ http(s)://máy:cổng",
         "a list of 1–" + most + " addresses http(s)://host:port", [&](const toml::node& n) {
           const auto* list = n.as_array();
           if (list == nullptr || list->empty() || list->size() > max) return false;
           return std::all_of(list->begin(), list->end(),
                              [&](const toml::node& one) { return is_url(one, out.emplace_back()); });
         });
  }
  /// An id, or a number, which is kept as text.
  void id_or_number(const char* key, std::string& out) {
    take(key, false, "một mã hoặc một số thứ tự", "an id or a number", [&](const toml::node& n) {
      constexpr std::int64_t number_max = 65'535;
      if (const auto v = n.value_exact<std::int64_t>()) {
        out = std::to_string(*v);
        return *v >= 0 && *v <= number_max;
      }
      return string(n, out) && !out.empty();
    });
  }
  /// Each of the words at most once; none of them is fine. `has`: whether a word is in the list.
  template <class Has>
  void words(const char* key, std::initializer_list<std::string_view> known, Has has) {
    std::string list;
    for (const auto w : known) list += (list.empty() ? "" : ", ") + std::string(w);
    take(key, false, "danh sách không lặp của: " + list, "a list without repeats of: " + list,
         [&](const toml::node& n) {
           const auto* array = n.as_array();
           std::vector<std::string> out;
           for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
             auto& word = out.emplace_back();
             if (!string(*array->get(i), word) || std::find(known.begin(), known.end(), word) == known.end() ||
                 std::find(out.begin(), std::prev(out.end()), word) != std::prev(out.end()))
               return false;
           }
           if (array != nullptr) has(out);
           return array != nullptr;
         });
  }
  /// Each table of the array `[[key]]` through a reader of its own, which refuses keys that `read` did not ask for.
  template <class Read>
  void tables(const char* key, std::size_t max, Read read) {
    const auto most = std::to_string(max);
    const std::string mark = "[[" + std::string(key) + "]]";
    take(key, false, "các bảng " + mark + ", tối đa " + most, "tables " + mark + ", at most " + most,
         [&](const toml::node& n) {
           const auto* array = n.as_array();
           if (array == nullptr || array->size() > max) return false;
           for (const auto& one : *array) {
             const auto* table = one.as_table();
             if (table == nullptr) return false;
             Reader inner(*table, file_, prefix_ + key + ".");
             read(inner);
             if (auto ok = inner.finish(); !ok && !fault_) fault_ = ok.error();
           }
           return true;
         });
  }
  [[nodiscard]] Where here() const { return place(file_, root_.source().begin, ""); }
  void choice(const char* key, std::string& out, std::initializer_list<std::string_view> words) {
    std::string list;
    for (const auto w : words) list += (list.empty() ? "" : ", ") + std::string(w);
    take(key, false, "một trong: " + list, "one of: " + list, [&](const toml::node& n) {
      return string(n, out) && std::find(words.begin(), words.end(), out) != words.end();
    });
  }
  void boolean(const char* key, bool& out) {
    take(key, false, "true hoặc false", "true or false", [&](const toml::node& n) {
      const auto v = n.value_exact<bool>();
      out = v.value_or(out);
      return v.has_value();
    });
  }
  template <class T>
  void integer(const char* key, T& out, std::int64_t min, std::int64_t max) {
    const auto range = std::to_string(min) + "–" + std::to_string(max);
    take(key, false, "một số nguyên " + range, "an integer " + range, [&](const toml::node& n) {
      const auto v = n.value_exact<std::int64_t>();
      if (!v || *v < min || *v > max) return false;
      out = static_cast<T>(*v);
      return true;
    });
  }
  void number(const char* key, double& out, double max) {
    take(key, false, "một số từ 0 trở lên", "a number of 0 or more", [&](const toml::node& n) {
      const auto v = n.value<double>();
      if (!n.is_number() || !v || !(*v >= 0 && *v <= max)) return false;
      out = *v;
      return true;
    });
  }

  Result<void> finish() {
    if (!fault_) refuse_unknown(root_, prefix_);
    if (fault_) return Unexpected(std::move(*fault_));
    return {};
  }
  void refuse(const char* key, std::string vi, std::string en) {
    const auto* node = find(key);
    fail("config_bad_value", node == nullptr ? toml::source_position{} : node->source().begin, key, std::move(vi),
         std::move(en));
  }

 private:
  static constexpr const char* url_vi = "một địa chỉ http(s)://máy:cổng";
  static constexpr const char* url_en = "an address http(s)://host:port";
  static bool is_url(const toml::node& n, std::string& out) { return string(n, out) && http::parse_url(out); }
  static bool string(const toml::node& n, std::string& out) {
    const auto v = n.value_exact<std::string>();
    out = v.value_or("");
    return v.has_value();
  }
  [[nodiscard]] const toml::node* find(const char* key) const { return root_.at_path(key).node(); }
  void fail(const char* code, const toml::source_position& at, std::string_view key, std::string vi, std::string en) {
    if (!fault_) fault_ = make_error(code, std::move(vi), std::move(en), place(file_, at, key));
  }
  /// Where a table begins that lacks a key; the file as a whole has no such place.
  [[nodiscard]] toml::source_position begin() const {
    return prefix_.empty() ? toml::source_position{} : root_.source().begin;
  }
  template <class Read>
  void take(const char* key, bool required, const std::string& vi, const std::string& en, Read read) {
    const auto name = prefix_ + key;
    known_.push_back(name);
    const auto* node = find(key);
    if (node == nullptr) {
      if (required) {
        fail("config_missing_key", begin(), name, "Thiếu khóa \"" + name + "\" trong tệp cấu hình.",
             "The configuration lacks the key \"" + name + "\".");
      }
      return;
    }
    if (!read(*node)) {
      fail("config_bad_value", node->source().begin, name, "\"" + name + "\" phải là " + vi + ".",
           "\"" + name + "\" must be " + en + ".");
    }
  }
  void refuse_unknown(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      // "http.port" in quotes is one name, not a key of [http]: nobody reads it.
      const bool one_name = name.str().find('.') == std::string_view::npos;
      if (one_name && std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const bool section = std::any_of(known_.begin(), known_.end(), [&](const std::string& k) {
        return k.compare(0, key.size() + 1, key + ".") == 0;
      });
      if (const auto* inner = node.as_table(); section && inner != nullptr) {
        refuse_unknown(*inner, key + ".");
        continue;
      }
      const auto nearest = *std::min_element(known_.begin(), known_.end(), [&](const auto& a, const auto& b) {
        return distance(a, key) < distance(b, key);
      });
      fail("config_unknown_key", name.source().begin, key,
           fmt::format("Không có khóa cấu hình \"{}\". Gần nhất là \"{}\".", key, nearest),
           fmt::format("There is no configuration key \"{}\". The nearest is \"{}\".", key, nearest));
    }
  }

  const toml::table& root_;
  const fs::path& file_;
  const std::string prefix_{};
  std::vector<std::string> known_;
  std::optional<Error> fault_;
};

Result<std::string> read_text(const fs::path& path) {
  const auto unreadable = [&] {
    Where w;
    w.file = path.string();
    return Unexpected(make_error("config_unreadable", "Không đọc được tệp cấu hình (tối đa 64 KB).",
                                 "The configuration file can't be read (64 KB at most).", w));
  };
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable();
  std::string text(config_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || std::cmp_greater(in.gcount(), config_bytes_max)) return unreadable();
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

void read_roles(Reader& r, Config::Roles& out) {
  r.words("roles", {"orderer", "validator", "vault"}, [&](const std::vector<std::string>& has) {
    const auto is = [&](std::string_view word) { return std::find(has.begin(), has.end(), word) != has.end(); };
    out = {is("orderer"), is("validator"), is("vault"), true};
  });
}

void read_peers(Reader& r, std::vector<Config::Peer>& out) {
  r.tables("peers", peers_max, [&](Reader& one) {
    auto& p = out.emplace_back();
    p.where = one.here();
    one.url("url", p.url);
    one.text("validator", p.validator);
    one.id_or_number("orderer", p.orderer);
    one.id_or_number("vault", p.vault);
    one.url("vault_url", p.vault_url, false);
  });
}

/// A numeric address of this machine, or its name: "127.0.0.1.example.org" is neither.
bool is_loopback(std::string_view host) {
  const bool v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return v4 || host == "localhost" || host == "::1" || host == "[::1]";
}
/// Of a URL that `is_url` let pass.
std::string_view host_of(std::string_view url) {
  const auto from = url.find("//") + 2;
  const auto rest = url.substr(from, url.find('/', from) - from);
  const auto colon = rest.rfind(':');
  return rest.ends_with(']') || colon == std::string_view::npos ? rest : rest.substr(0, colon);
}

/// Personal data leaves this machine only through TLS in which both sides show who they are.
void check_vaults(Reader& r, const Config& c) {
  const auto& v = c.vaults;
  const bool tls = !v.tls_certificate.empty();
  if (tls != !v.tls_key.empty() || tls != !v.tls_ca.empty()) {
    r.refuse("vaults",
             "vaults.tls_certificate, vaults.tls_key và vaults.tls_ca phải có đủ cả ba hoặc không có khóa nào.",
             "vaults.tls_certificate, vaults.tls_key and vaults.tls_ca stand together or not at all.");
  }
  if (!tls && !is_loopback(v.address)) {
    r.refuse("vaults.address", "Cổng cho các kho khác cần TLS (vaults.tls_…), trừ trên chính máy này (127.0.0.1).",
             "The port for other vaults needs TLS (vaults.tls_…), but on this machine itself (127.0.0.1).");
  }
  for (const auto& p : c.peers) {
    const std::string_view url = p.vault_url;
    if (url.empty() || (tls ? url.starts_with("https://") : is_loopback(host_of(url)))) continue;
    r.refuse("peers",
             "vault_url phải là https:// khi có vaults.tls_…; không có TLS thì chỉ dùng được trên chính máy này.",
             "vault_url must be https:// where vaults.tls_… stand; without TLS it works on this machine only.");
  }
}

/// Whoever names authorities means links over TLS: http for all of them is a slip.
void check_links(Reader& r, const Config& c) {
  const auto over_tls = [](const Config::Peer& p) {
    const auto url = http::parse_url(p.url);
    return url && url->tls;
  };
  if (c.committee.tls_ca.empty() || std::any_of(c.peers.begin(), c.peers.end(), over_tls)) return;
  r.refuse("committee.tls_ca", "committee.tls_ca cần ít nhất một nút trong [[peers]] có url là https://.",
           "committee.tls_ca needs at least one of [[peers]] whose url is https://.");
}

Error stray_letter(const fs::path& file, std::uint32_t row) {
  Where w;
  w.file = file.string();
  w.row = row;
  return make_error(
      "config_syntax", "Sai cú pháp TOML: chữ có dấu chỉ được đứng trong dấu nháy kép hoặc sau dấu #, ở dạng UTF-8.",
      "Not TOML: letters beyond ASCII stand in double quotes or behind a # only, in UTF-8.", std::move(w));
}

}  // namespace

Result<Config> parse_config(std::string_view written, const fs::path& file) {
  const auto text = ascii_toml(written);
  if (!text) return Unexpected(stray_letter(file, text.error()));
  auto parsed = toml::parse("", file.string());
  try {
    parsed = toml::parse(*text, file.string());
  } catch (const TomlAssertion&) {
    Where w;
    w.file = file.string();
    return Unexpected(make_error("config_syntax", "Sai cú pháp TOML: sau [ phải là tên của bảng.",
                                 "Not TOML: a table's name must follow [.", std::move(w)));
  }
  if (!parsed) {
    const auto& e = parsed.error();
    return Unexpected(make_error("config_syntax", "Sai cú pháp TOML: " + std::string(e.description()),
                                 "Not TOML: " + std::string(e.description()), place(file, e.source().begin, "")));
  }
  Config c;
  Reader r(parsed.table(), file);
  r.path("genesis", c.genesis, true);
  r.path("data", c.data, true);
  r.text("http.address", c.http.address);
  r.integer("http.port", c.http.port, 0, 65'535);
  r.integer("http.threads", c.http.threads, 1, 64);
  r.path("http.tls_certificate", c.http.tls_certificate, false);
  r.path("http.tls_key", c.http.tls_key, false);
  read_roles(r, c.roles);
  r.path("keys.orderer", c.keys.orderer, c.roles.orderer);
  r.path("keys.validator", c.keys.validator, c.roles.validator);
  r.path("keys.vault", c.keys.vault, c.roles.vault);
  r.path("keys.vote_file", c.keys.vote_file, c.roles.validator);
  r.path("keys.wrapping", c.keys.wrapping, c.roles.vault);
  read_peers(r, c.peers);
  r.text("vaults.address", c.vaults.address);
  r.integer("vaults.port", c.vaults.port, 0, 65'535);
  r.path("vaults.tls_certificate", c.vaults.tls_certificate, false);
  r.path("vaults.tls_key", c.vaults.tls_key, false);
  r.path("vaults.tls_ca", c.vaults.tls_ca, false);
  check_vaults(r, c);
  r.urls("etcd.members", c.etcd.members, etcd_members_max);
  constexpr std::int64_t day_s = 86'400;
  r.integer("committee.left_out_s", c.committee.left_out_s, 1, day_s);
  r.integer("committee.complain_s", c.committee.complain_s, 1, day_s);
  r.integer("committee.slots_kept", c.committee.slots_kept, 0, 1'000'000'000);
  r.boolean("committee.light", c.committee.light);
  r.path("committee.evidence", c.committee.evidence, false);
  r.path("committee.tls_ca", c.committee.tls_ca, false);
  check_links(r, c);
  r.number("limits.requests_per_second", c.limits.requests_per_second, 1e6);
  r.number("limits.requests_burst", c.limits.requests_burst, 1e6);
  r.integer("limits.connections", c.limits.connections, 1, 100'000);
  r.integer("limits.free_space_floor_mb", c.limits.free_space_floor_mb, 1, 1'000'000);
  r.number("limits.lookups_per_number", c.limits.lookups_per_number, 1e6);
  fs::path clock;
  r.path("test.clock_file", clock, false);
  if (!clock.empty()) c.test.clock_file = clock;
  r.choice("log.level", c.log.level, {"debug", "info", "warn", "error"});
  r.boolean("log.json", c.log.json);
  if (c.http.tls_certificate.empty() != c.http.tls_key.empty()) {
    r.refuse(c.http.tls_key.empty() ? "http.tls_certificate" : "http.tls_key",
             "http.tls_certificate và http.tls_key phải có cả hai hoặc không có khóa nào.",
             "http.tls_certificate and http.tls_key stand together or not at all.");
  }
  STELE_CHECK(r.finish());
  return c;
}

Result<Config> read_config(const fs::path& file) {
  STELE_TRY(const auto text, read_text(file));
  return parse_config(text, file);
}

}  // namespace stele::app
