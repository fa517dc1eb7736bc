//! Draws the picture that goes with a link to the site elsewhere (Open Graph):
//! the counter of `www/static/favicon.svg` on an enamelled plate.

use std::path::Path;

use anyhow::Context;
use tiny_skia::{Color, LineCap, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

/// Pixels, as Open Graph's readers expect them.
const WIDTH: u32 = 1200;
const HEIGHT: u32 = 630;
/// The favicon's 32 units, in pixels of this picture.
const SCALE: f32 = 13.0;

pub(super) fn draw(file: &Path) -> anyhow::Result<()> {
    picture()
        .context("the picture cannot be drawn")?
        .save_png(file)
        .with_context(|| format!("cannot write {}", file.display()))
}

fn picture() -> Option<Pixmap> {
    let mut picture = Pixmap::new(WIDTH, HEIGHT)?;
    picture.fill(Color::from_rgba8(0x1b, 0x3a, 0x8a, 0xff));
    let mut white = Paint::default();
    white.set_color(Color::WHITE);
    white.anti_alias = true;
    let frame = PathBuilder::from_rect(Rect::from_xywh(28.0, 28.0, 1144.0, 574.0)?);
    let thin = Stroke { width: 6.0, ..Stroke::default() };
    picture.stroke_path(&frame, &white, &thin, Transform::identity(), None);
    let middle = Transform::from_row(SCALE, 0.0, 0.0, SCALE, 392.0, 108.0);
    let stroke = Stroke { width: 2.5, line_cap: LineCap::Round, ..Stroke::default() };
    picture.stroke_path(&counter()?, &white, &stroke, middle, None);
    Some(picture)
}

/// An arch over a counter, in a square of 32 units.
fn counter() -> Option<tiny_skia::Path> {
    // How far the control points of a quarter of a circle are from its ends.
    const ROUND: f32 = 8.0 * 0.5523;
    let mut path = PathBuilder::new();
    path.move_to(8.0, 25.0);
    path.line_to(8.0, 14.0);
    path.cubic_to(8.0, 14.0 - ROUND, 16.0 - ROUND, 6.0, 16.0, 6.0);
    path.cubic_to(16.0 + ROUND, 6.0, 24.0, 14.0 - ROUND, 24.0, 14.0);
    path.line_to(24.0, 25.0);
    path.move_to(5.0, 25.0);
    path.line_to(27.0, 25.0);
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_the_size_that_pages_state_and_a_white_counter_on_blue() {
        let picture = picture().unwrap();
        assert_eq!((picture.width(), picture.height()), (1200, 630));
        let colour = |x, y| {
            let pixel = picture.pixel(x, y).unwrap();
            (pixel.red(), pixel.green(), pixel.blue())
        };
        assert_eq!(colour(5, 5), (0x1b, 0x3a, 0x8a));
        assert_eq!(colour(600, 433), (0xff, 0xff, 0xff), "the counter");
        assert_eq!(colour(600, 320), (0x1b, 0x3a, 0x8a), "inside the arch");
        let template = include_str!("../../../../www/templates/page.html");
        assert!(template.contains("og:image:width\" content=\"1200\""));
        assert!(template.contains("og:image:height\" content=\"630\""));
    }
}
