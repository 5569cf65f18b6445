//! Where a box is going: each of its centre and size moves evenly until something is seen.

use crate::geometry::Rect;

/// How far from even the motion is, in sizes of the box per second squared (standard deviation).
const UNEVEN_POSITION: f32 = 4.0;
const UNEVEN_SIZE: f32 = 1.0;
/// How far off a detector's box is, in sizes of the box (standard deviation).
const MEASURED_POSITION: f32 = 0.05;
const MEASURED_SIZE: f32 = 0.08;
/// How fast a new box may be, in sizes per second (standard deviation).
const NEW_SPEED: f32 = 1.5;
/// Seconds beyond which a box that was not seen is taken to have stopped.
const LONGEST_GUESS_S: f32 = 0.6;

/// A Kalman filter of constant velocity for centre x, centre y, width and height, each by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Motion {
    parts: [Part; 4],
}

#[derive(Debug, Clone, Copy)]
struct Part {
    value: f32,
    speed: f32,
    /// Variance of the value, covariance, variance of the speed.
    value_value: f32,
    value_speed: f32,
    speed_speed: f32,
}

impl Motion {
    pub(super) fn new(rect: &Rect) -> Self {
        let size = size(rect);
        let part = |value: f32, measured: f32, fast: f32| Part {
            value,
            speed: 0.0,
            value_value: (measured * size).powi(2),
            value_speed: 0.0,
            speed_speed: (fast * size).powi(2),
        };
        let [x, y, width, height] = values(rect);
        Motion {
            parts: [
                part(x, MEASURED_POSITION, NEW_SPEED),
                part(y, MEASURED_POSITION, NEW_SPEED),
                part(width, MEASURED_SIZE, NEW_SPEED / 4.0),
                part(height, MEASURED_SIZE, NEW_SPEED / 4.0),
            ],
        }
    }

    /// Where the box is `seconds` after it was last seen.
    pub(super) fn predicted(&self, seconds: f32) -> Rect {
        let seconds = seconds.clamp(0.0, LONGEST_GUESS_S);
        let at = |part: &Part| part.value + part.speed * seconds;
        let [x, y, width, height] = self.parts.each_ref().map(at);
        // A box that shrinks does not turn inside out.
        let least = |predicted: f32, now: f32| predicted.clamp(now * 0.5, now * 2.0);
        Rect::of_centre(x, y, least(width, self.parts[2].value), least(height, self.parts[3].value))
    }

    /// It was seen there, `seconds` after the last time.
    pub(super) fn seen(&mut self, rect: &Rect, seconds: f32) {
        let size = size(rect);
        for (i, (part, measured)) in self.parts.iter_mut().zip(values(rect)).enumerate() {
            let (uneven, off) =
                if i < 2 { (UNEVEN_POSITION, MEASURED_POSITION) } else { (UNEVEN_SIZE, MEASURED_SIZE) };
            part.advance(seconds, uneven * size);
            part.correct(measured, off * size);
        }
    }
}

impl Part {
    fn advance(&mut self, t: f32, uneven: f32) {
        let q = uneven * uneven;
        self.value += self.speed * t;
        self.value_value += 2.0 * t * self.value_speed + t * t * self.speed_speed + q * t.powi(4) / 4.0;
        self.value_speed += t * self.speed_speed + q * t.powi(3) / 2.0;
        self.speed_speed += q * t * t;
    }

    fn correct(&mut self, measured: f32, off: f32) {
        let total = self.value_value + off * off;
        if total <= 0.0 {
            return;
        }
        let (gain, gain_speed) = (self.value_value / total, self.value_speed / total);
        let surprise = measured - self.value;
        self.value += gain * surprise;
        self.speed += gain_speed * surprise;
        self.speed_speed -= gain_speed * self.value_speed;
        self.value_speed *= 1.0 - gain;
        self.value_value *= 1.0 - gain;
    }
}

fn size(rect: &Rect) -> f32 {
    rect.area().sqrt().max(1.0)
}

fn values(rect: &Rect) -> [f32; 4] {
    let [x, y] = rect.centre();
    [x, y, rect.width(), rect.height()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_an_even_motion_at_any_rate() {
        for rate in [3.0, 10.0, 30.0] {
            let mut motion = Motion::new(&Rect::of_centre(0.0, 50.0, 40.0, 80.0));
            for i in 1..=(2.0 * rate) as i32 {
                let t = i as f32 / rate;
                motion.seen(&Rect::of_centre(60.0 * t, 50.0, 40.0, 80.0), 1.0 / rate);
            }
            let [x, y] = motion.predicted(0.5).centre();
            assert!((x - 150.0).abs() < 3.0 && (y - 50.0).abs() < 1.0, "{x} {y} at {rate} a second");
        }
    }

    #[test]
    fn does_not_run_away_while_unseen() {
        let mut motion = Motion::new(&Rect::of_centre(0.0, 0.0, 40.0, 40.0));
        motion.seen(&Rect::of_centre(20.0, 0.0, 40.0, 40.0), 0.1);
        assert_eq!(motion.predicted(5.0), motion.predicted(LONGEST_GUESS_S));
    }

    #[test]
    fn a_shrinking_box_keeps_a_size() {
        let mut motion = Motion::new(&Rect::of_centre(0.0, 0.0, 100.0, 100.0));
        motion.seen(&Rect::of_centre(0.0, 0.0, 30.0, 30.0), 0.1);
        assert!(motion.predicted(0.6).width() > 10.0);
    }
}
