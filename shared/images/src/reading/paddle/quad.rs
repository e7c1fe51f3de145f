//! Rectangles that may be turned: where a line of text is on a picture.

use image::{Rgb, RgbImage};

use crate::area::pixels;

/// A point on a picture, in pixels.
pub(super) type Point = (f32, f32);

/// A rectangle in any direction. Text runs along its width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quad {
    pub(super) centre: Point,
    pub(super) width: f32,
    pub(super) height: f32,
    /// The direction of the text, clockwise from the right, in radians.
    pub(super) angle: f32,
}

impl Quad {
    /// The smallest rectangle around these points, with its width the more level side; `None` if it has no area.
    pub(super) fn around(points: &[Point]) -> Option<Self> {
        let hull = hull(points);
        let smallest = hull.iter().zip(hull.iter().cycle().skip(1)).filter_map(|(from, to)| along(&hull, *from, *to));
        smallest.min_by(|one, other| (one.width * one.height).total_cmp(&(other.width * other.height)))
    }

    /// The same with another size.
    pub(super) fn grown(self, by: f32) -> Self {
        Self { width: self.width + 2.0 * by, height: self.height + 2.0 * by, ..self }
    }

    /// The same on a picture that is this many times larger.
    pub(super) fn scaled(self, (x, y): (f32, f32)) -> Self {
        // The picture may be a little wider than it was in proportion: the size of a pixel is the middle of both.
        let scale = (x * y).sqrt();
        let centre = (self.centre.0 * x, self.centre.1 * y);
        Self { centre, width: self.width * scale, height: self.height * scale, angle: self.angle }
    }

    /// The same where text runs from top to bottom, or, if `up`, from bottom to top.
    pub(super) fn on_end(self, up: bool) -> Self {
        let turn = if up { -std::f32::consts::FRAC_PI_2 } else { std::f32::consts::FRAC_PI_2 };
        Self { width: self.height, height: self.width, angle: self.angle + turn, ..self }
    }

    /// The same upside down.
    pub(super) fn upside_down(self) -> Self {
        Self { angle: self.angle + std::f32::consts::PI, ..self }
    }

    /// A part of its width, from and to these shares.
    pub(super) fn part(self, from: f32, to: f32) -> Self {
        let along = (f32::midpoint(from, to) - 0.5) * self.width;
        let (sin, cos) = self.angle.sin_cos();
        let centre = (self.centre.0 + along * cos, self.centre.1 + along * sin);
        Self { centre, width: self.width * (to - from), ..self }
    }

    /// Left, upper, right and lower side of the level rectangle around it.
    pub(super) fn sides(self) -> [f32; 4] {
        let (sin, cos) = self.angle.sin_cos();
        let across = (self.width * cos).abs().midpoint((self.height * sin).abs());
        let down = (self.width * sin).abs().midpoint((self.height * cos).abs());
        let (x, y) = self.centre;
        [x - across, y - down, x + across, y + down]
    }

    /// The same where the whole picture is turned about a point so that this direction becomes level.
    pub(super) fn levelled(self, angle: f32, about: Point) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (x, y) = (self.centre.0 - about.0, self.centre.1 - about.1);
        let centre = (about.0 + x * cos + y * sin, about.1 + y * cos - x * sin);
        Self { centre, angle: self.angle - angle, ..self }
    }

    /// Its pixels, level, with this height.
    pub(super) fn cut(self, from: &RgbImage, height: u32) -> RgbImage {
        let scale = self.height / pixels(height);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as wide as the picture at most")]
        let width = (self.width / scale).round().clamp(1.0, 8_192.0) as u32;
        let (sin, cos) = self.angle.sin_cos();
        // Where it is made much smaller, each pixel is the mean of several.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 8")]
        let samples = (scale / 1.5).ceil().clamp(1.0, 8.0) as u32;
        RgbImage::from_fn(width, height, |x, y| {
            let mut sum = [0.0_f32; 3];
            for sample in 0..samples * samples {
                let within = |at: u32| (pixels(at) + 0.5) / pixels(samples);
                let along = (pixels(x) + within(sample % samples)) / pixels(width) * self.width - self.width / 2.0;
                let across = (pixels(y) + within(sample / samples)) * scale - self.height / 2.0;
                let point = (self.centre.0 + along * cos - across * sin, self.centre.1 + along * sin + across * cos);
                let seen = between_pixels(from, point);
                sum.iter_mut().zip(seen).for_each(|(sum, value)| *sum += value);
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            Rgb(sum.map(|sum| (sum / pixels(samples * samples)).round() as u8))
        })
    }
}

/// The colour at a point, from the four pixels around it. Beyond its edges a picture goes on as it ends.
fn between_pixels(image: &RgbImage, (x, y): Point) -> [f32; 3] {
    let (x, y) = ((x - 0.5).clamp(0.0, pixels(image.width() - 1)), (y - 0.5).clamp(0.0, pixels(image.height() - 1)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(image.width() - 1), (top + 1).min(image.height() - 1));
    let (across, down) = (x - pixels(left), y - pixels(top));
    let at = |x: u32, y: u32| image.get_pixel(x, y).0.map(f32::from);
    let mix = |one: [f32; 3], other: [f32; 3], share: f32| {
        std::array::from_fn(|at: usize| {
            one.get(at).copied().unwrap_or(0.0) * (1.0 - share) + other.get(at).copied().unwrap_or(0.0) * share
        })
    };
    mix(mix(at(left, top), at(right, top), across), mix(at(left, bottom), at(right, bottom), across), down)
}

/// The rectangle around a hull with a side in the direction of two of its points.
fn along(hull: &[Point], from: Point, to: Point) -> Option<Quad> {
    let mut angle = (to.1 - from.1).atan2(to.0 - from.0);
    // Within an eighth turn of level.
    let quarter = std::f32::consts::FRAC_PI_2;
    angle -= (angle / quarter).round() * quarter;
    let (sin, cos) = angle.sin_cos();
    let turned = hull.iter().map(|(x, y)| (x * cos + y * sin, y * cos - x * sin));
    let [left, top, right, bottom] = turned.fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |sides, (x, y)| {
        let [left, top, right, bottom] = sides;
        [left.min(x), top.min(y), right.max(x), bottom.max(y)]
    });
    let (x, y) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
    let quad =
        Quad { centre: (x * cos - y * sin, x * sin + y * cos), width: right - left, height: bottom - top, angle };
    (quad.width > 0.0 && quad.height > 0.0).then_some(quad)
}

/// The convex hull, in order (Andrew's monotone chain).
fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    sorted.dedup();
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while let [.., before, last] = chain[..]
                && (last.0 - before.0) * (point.1 - before.1) <= (last.1 - before.1) * (point.0 - before.0)
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let (lower, upper) = (half(&mut sorted.iter().copied()), half(&mut sorted.iter().rev().copied()));
    [lower, upper].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn near(one: f32, other: f32) -> bool {
        (one - other).abs() < 0.01
    }

    /// The corners of a rectangle of 40 by 10 about (50, 30), turned.
    fn corners(angle: f32) -> Vec<Point> {
        let (sin, cos) = angle.sin_cos();
        let corners = [(-20.0, -5.0), (20.0, -5.0), (20.0, 5.0), (-20.0, 5.0), (0.0, 0.0), (3.0, 5.0)];
        corners.iter().map(|(x, y)| (50.0 + x * cos - y * sin, 30.0 + x * sin + y * cos)).collect()
    }

    #[test]
    fn the_smallest_rectangle_is_found_in_any_direction() {
        for degrees in [0.0_f32, 7.0, -20.0, 44.0] {
            let quad = Quad::around(&corners(degrees.to_radians())).unwrap();
            assert!(near(quad.width, 40.0) && near(quad.height, 10.0), "{degrees}: {quad:?}");
            assert!(near(quad.centre.0, 50.0) && near(quad.centre.1, 30.0), "{degrees}: {quad:?}");
            assert!(near(quad.angle, degrees.to_radians()), "{degrees}: {quad:?}");
        }
        assert_eq!(Quad::around(&[(1.0, 1.0), (2.0, 1.0)]), None);
        assert_eq!(Quad::around(&[]), None);
    }

    #[test]
    fn parts_and_sides_follow_the_direction() {
        let quad = Quad { centre: (50.0, 30.0), width: 40.0, height: 10.0, angle: 0.0 };
        let part = quad.part(0.0, 0.25).sides();
        assert!(part.iter().zip([30.0, 25.0, 40.0, 35.0]).all(|(side, expected)| near(*side, expected)), "{part:?}");
        let down = quad.on_end(false);
        assert!(near(down.sides()[0], 30.0) && near(down.sides()[3], 35.0), "the area is the same");
        let back = Quad { angle: 0.3, ..quad }.levelled(0.3, quad.centre);
        assert!(near(back.angle, 0.0) && near(back.sides()[0], 30.0), "{back:?}");
    }

    #[test]
    fn what_is_cut_is_level_and_as_high_as_wanted() {
        // A dark left half and a light right half, turned upside down.
        let image = RgbImage::from_fn(100, 60, |x, _| Rgb(if x < 50 { [0; 3] } else { [200; 3] }));
        let quad = Quad { centre: (50.0, 30.0), width: 40.0, height: 10.0, angle: 0.0 };
        let cut = quad.cut(&image, 20);
        assert_eq!(cut.dimensions(), (80, 20));
        assert_eq!((cut.get_pixel(5, 5).0, cut.get_pixel(75, 5).0), ([0; 3], [200; 3]));
        let turned = quad.upside_down().cut(&image, 5);
        assert_eq!((turned.get_pixel(1, 2).0, turned.get_pixel(18, 2).0), ([200; 3], [0; 3]));
        let beyond = Quad { centre: (0.0, 0.0), ..quad }.cut(&image, 10);
        assert_eq!(beyond.dimensions(), (40, 10));
    }
}
