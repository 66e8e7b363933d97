#include "ledger/paper/canvas.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <fmt/format.h>
#include <fontconfig/fontconfig.h>
#include <gnu/libc-version.h>
#include <hb.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <zlib.h>

#include "ledger/base/assert.h"
#include "ledger/paper/fonts.h"

namespace stele::paper {
namespace {

constexpr double points_per_mm = 72.0 / 25.4;
constexpr std::size_t quiet_modules = 4;  ///< white around a QR code, as its standard asks

template <auto release>
struct Release {
  template <class T>
  void operator()(T* p) const {
    release(p);
  }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;
using Surface = Owned<cairo_surface_t, cairo_surface_destroy>;
using Layout = Owned<PangoLayout, g_object_unref>;
using Attributes = Owned<PangoAttrList, pango_attr_list_unref>;
using Description = Owned<PangoFontDescription, pango_font_description_free>;

cairo_status_t append(void* to, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);  // NOLINT
  return CAIRO_STATUS_SUCCESS;
}

double mm(double points) {
  return points / points_per_mm;
}
double pt(double millimetres) {
  return millimetres * points_per_mm;
}

Description description_of(const Style& s) {
  Description d(pango_font_description_new());
  pango_font_description_set_family_static(d.get(), s.display ? "Noto Serif Display" : "Noto Serif");
  pango_font_description_set_absolute_size(d.get(), s.size * PANGO_SCALE);
  pango_font_description_set_weight(d.get(), s.bold || s.display ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_style(d.get(), s.italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
  return d;
}

void add_attribute(PangoAttrList* list, PangoAttribute* a, std::size_t from, std::size_t to) {
  a->start_index = static_cast<guint>(from);
  a->end_index = static_cast<guint>(to);
  pango_attr_list_insert(list, a);
}

guint16 channel(double x) {
  constexpr double full = 65535;
  return static_cast<guint16>(x * full);
}

PangoAlignment alignment_of(Align a) {
  return a == Align::left ? PANGO_ALIGN_LEFT : a == Align::centre ? PANGO_ALIGN_CENTER : PANGO_ALIGN_RIGHT;
}

}  // namespace

struct Canvas::Impl {
  double width = 0, height = 0;
  std::string out, missing;  ///< the PDF; the first text that has no letters
  std::size_t pages = 1;
  Owned<FcConfig, FcConfigDestroy> fonts;
  Owned<PangoFontMap, g_object_unref> map;
  Owned<PangoContext, g_object_unref> context;
  Surface surface;
  Owned<cairo_t, cairo_destroy> cr;

  Layout layout(double w, std::span<const Run> runs, Align align, double line) {
    Layout l(pango_layout_new(context.get()));
    Attributes list(pango_attr_list_new());
    std::string text;
    for (const auto& r : runs) {
      const auto from = text.size();
      text += r.text;
      const auto d = description_of(r.style);
      add_attribute(list.get(), pango_attr_font_desc_new(d.get()), from, text.size());
      const auto& c = r.style.colour;
      add_attribute(list.get(), pango_attr_foreground_new(channel(c.r), channel(c.g), channel(c.b)), from, text.size());
      if (r.style.spacing != 0) {
        add_attribute(list.get(), pango_attr_letter_spacing_new(static_cast<int>(r.style.spacing * PANGO_SCALE)), from,
                      text.size());
      }
    }
    // A ligature is one glyph for two letters: programs that search the text would not find them.
    add_attribute(list.get(), pango_attr_font_features_new("liga=0, clig=0"), 0, text.size());
    pango_layout_set_text(l.get(), text.data(), static_cast<int>(text.size()));
    pango_layout_set_attributes(l.get(), list.get());
    if (!runs.empty()) pango_layout_set_font_description(l.get(), description_of(runs.front().style).get());
    if (w > 0) pango_layout_set_width(l.get(), static_cast<int>(pt(w) * PANGO_SCALE));
    pango_layout_set_wrap(l.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(l.get(), alignment_of(align));
    pango_layout_set_auto_dir(l.get(), FALSE);
    if (line != 1.0) pango_layout_set_line_spacing(l.get(), static_cast<float>(line));
    if (missing.empty() && pango_layout_get_unknown_glyphs_count(l.get()) > 0) missing = text;
    return l;
  }
  static double height_of(PangoLayout* l) {
    int w = 0, h = 0;
    pango_layout_get_size(l, &w, &h);
    return mm(static_cast<double>(h) / PANGO_SCALE);
  }
  void colour(const Colour& c) const { cairo_set_source_rgba(cr.get(), c.r, c.g, c.b, c.a); }
  void path(std::span<const Point> points) const {
    cairo_new_path(cr.get());
    for (const auto& p : points) cairo_line_to(cr.get(), pt(p.x), pt(p.y));
  }
};

Canvas::Canvas(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas& Canvas::operator=(Canvas&&) noexcept = default;
Canvas::~Canvas() = default;

Result<Canvas> Canvas::open(double width, double height, const About& about) {
  STELE_TRY(const auto files, find_fonts());
  auto i = std::make_unique<Impl>();
  i->width = width, i->height = height;
  // A configuration of our own, with these files only: what else the machine has can't show in a page.
  i->fonts.reset(FcConfigCreate());
  for (const auto& f : files) {
    if (FcConfigAppFontAddFile(i->fonts.get(), reinterpret_cast<const FcChar8*>(f.c_str())) == FcFalse) {  // NOLINT
      return Unexpected(
          make_error("paper_draw", "Không nạp được phông chữ " + f + ".", "Can't load the font " + f + "."));
    }
  }
  i->map.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(i->map.get()), i->fonts.get());  // NOLINT: GObject's macro
  i->context.reset(pango_font_map_create_context(i->map.get()));
  pango_context_set_language(i->context.get(), pango_language_from_string("vi"));
  pango_context_set_base_dir(i->context.get(), PANGO_DIRECTION_LTR);
  pango_context_set_round_glyph_positions(i->context.get(), FALSE);
  const Owned<cairo_font_options_t, cairo_font_options_destroy> options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(i->context.get(), options.get());
  pango_cairo_context_set_resolution(i->context.get(), 72);

  i->surface.reset(cairo_pdf_surface_create_for_stream(append, &i->out, pt(width), pt(height)));
  auto* s = i->surface.get();
  cairo_pdf_surface_restrict_to_version(s, CAIRO_PDF_VERSION_1_5);
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, about.title.c_str());
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, about.author.c_str());
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_SUBJECT, about.subject.c_str());
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Stele");
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, about.time.c_str());
  cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, about.time.c_str());
  i->cr.reset(cairo_create(s));
  cairo_tag_begin(i->cr.get(), "Document", nullptr);
  return Canvas(std::move(i));
}

double Canvas::width() const {
  return impl_->width;
}
double Canvas::height() const {
  return impl_->height;
}
std::size_t Canvas::pages() const {
  return impl_->pages;
}
void Canvas::next_page() {
  cairo_show_page(impl_->cr.get());
  ++impl_->pages;
}

double Canvas::text(Point at, double width, std::span<const Run> runs, Align align, double line, const char* tag) {
  const auto l = impl_->layout(width, runs, align, line);
  auto* cr = impl_->cr.get();
  cairo_tag_begin(cr, tag, nullptr);
  cairo_move_to(cr, pt(at.x), pt(at.y));
  impl_->colour(ink);
  pango_cairo_show_layout(cr, l.get());
  cairo_tag_end(cr, tag);
  return Impl::height_of(l.get());
}
double Canvas::text(Point at, double width, const Style& style, std::string_view words, const char* tag) {
  const Run run{std::string(words), style};
  return text(at, width, {&run, 1}, style.align, style.line, tag);
}
double Canvas::text_height(double width, std::span<const Run> runs, double line) {
  return Impl::height_of(impl_->layout(width, runs, Align::left, line).get());
}
double Canvas::text_height(double width, const Style& style, std::string_view words) {
  const Run run{std::string(words), style};
  return text_height(width, {&run, 1}, style.line);
}
double Canvas::text_width(const Style& style, std::string_view words) {
  const Run run{std::string(words), style};
  const auto l = impl_->layout(0, {&run, 1}, Align::left, 1.0);
  int w = 0, h = 0;
  pango_layout_get_size(l.get(), &w, &h);
  return mm(static_cast<double>(w) / PANGO_SCALE);
}

void Canvas::fill(const Box& b, Colour c) {
  impl_->colour(c);
  cairo_rectangle(impl_->cr.get(), pt(b.x), pt(b.y), pt(b.width), pt(b.height));
  cairo_fill(impl_->cr.get());
}
void Canvas::frame(const Box& b, double thick, Colour c) {
  impl_->colour(c);
  cairo_set_line_width(impl_->cr.get(), pt(thick));
  cairo_rectangle(impl_->cr.get(), pt(b.x), pt(b.y), pt(b.width), pt(b.height));
  cairo_stroke(impl_->cr.get());
}
void Canvas::line(Point from, Point to, double thick, Colour c) {
  const Point both[] = {from, to};
  curve(both, thick, c, false);
}
void Canvas::curve(std::span<const Point> points, double thick, Colour c, bool closed) {
  impl_->colour(c);
  cairo_set_line_width(impl_->cr.get(), pt(thick));
  impl_->path(points);
  if (closed) cairo_close_path(impl_->cr.get());
  cairo_stroke(impl_->cr.get());
}
void Canvas::polygon(std::span<const Point> points, Colour c) {
  impl_->colour(c);
  impl_->path(points);
  cairo_close_path(impl_->cr.get());
  cairo_fill(impl_->cr.get());
}
void Canvas::squares(const Box& b, std::size_t side, std::span<const std::uint8_t> modules) {
  STELE_ASSERT(modules.size() == side * side);
  fill(b, white);
  const double unit = b.width / static_cast<double>(side + 2 * quiet_modules);
  const auto place = [&](std::size_t n) { return static_cast<double>(n + quiet_modules) * unit; };
  auto* cr = impl_->cr.get();
  impl_->colour({0, 0, 0});
  cairo_new_path(cr);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side;) {
      std::size_t end = x;
      while (end < side && modules[y * side + end] != 0) ++end;  // one rectangle for neighbours: no hairlines between
      if (end > x) {
        cairo_rectangle(cr, pt(b.x + place(x)), pt(b.y + place(y)), pt(static_cast<double>(end - x) * unit), pt(unit));
      }
      x = end + 1;
    }
  }
  cairo_fill(cr);
}

void Canvas::begin(const char* tag) {
  cairo_tag_begin(impl_->cr.get(), tag, nullptr);
}
void Canvas::end(const char* tag) {
  cairo_tag_end(impl_->cr.get(), tag);
}

Result<std::string> Canvas::finish() {
  auto& i = *impl_;
  cairo_tag_end(i.cr.get(), "Document");
  cairo_show_page(i.cr.get());
  const auto drawn = cairo_status(i.cr.get());
  i.cr.reset();
  cairo_surface_finish(i.surface.get());
  const auto written = cairo_surface_status(i.surface.get());
  if (!i.missing.empty()) {
    return Unexpected(make_error("paper_glyph", "Phông chữ để in không có đủ chữ cho \"" + i.missing + "\".",
                                 "The fonts to print with lack letters of \"" + i.missing + "\"."));
  }
  if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS) {
    const auto* why = cairo_status_to_string(drawn != CAIRO_STATUS_SUCCESS ? drawn : written);
    return Unexpected(make_error("paper_draw", fmt::format("Không dựng được trang in: {}.", why),
                                 fmt::format("The page can't be drawn: {}.", why)));
  }
  return std::move(i.out);
}

std::string drawing_versions() {
  return fmt::format("cairo/{} pango/{} harfbuzz/{} zlib/{} libc/{}", cairo_version_string(), pango_version_string(),
                     hb_version_string(), zlibVersion(), gnu_get_libc_version());
}

Result<std::string> squares_png(std::size_t side, std::span<const std::uint8_t> modules, std::size_t scale) {
  STELE_ASSERT(modules.size() == side * side);
  STELE_ASSERT(scale > 0);
  const auto all = static_cast<int>((side + 2 * quiet_modules) * scale);
  const Surface s(cairo_image_surface_create(CAIRO_FORMAT_RGB24, all, all));
  {
    const Owned<cairo_t, cairo_destroy> cr(cairo_create(s.get()));
    cairo_set_antialias(cr.get(), CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(cr.get(), 1, 1, 1);
    cairo_paint(cr.get());
    cairo_set_source_rgb(cr.get(), 0, 0, 0);
    for (std::size_t y = 0; y < side; ++y) {
      for (std::size_t x = 0; x < side; ++x) {
        if (modules[y * side + x] == 0) continue;
        cairo_rectangle(cr.get(), static_cast<double>((x + quiet_modules) * scale),
                        static_cast<double>((y + quiet_modules) * scale), static_cast<double>(scale),
                        static_cast<double>(scale));
      }
    }
    cairo_fill(cr.get());
  }
  std::string out;
  if (cairo_surface_write_to_png_stream(s.get(), append, &out) != CAIRO_STATUS_SUCCESS) {
    return Unexpected(
        make_error("paper_draw", "Không dựng được ảnh mã QR.", "The picture of the QR code can't be drawn."));
  }
  return out;
}

}  // namespace stele::paper
