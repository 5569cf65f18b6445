//! Clips whose camera is known because the test moves it.

use crate::clips::{analysed, edited, filmed};

/// Asserts that the whole clip is one movement, and how stable that is.
fn one(path: &std::path::Path, movement: &str) -> (f64, Option<f64>) {
    let found = analysed(path);
    assert_eq!(found.movements(), [movement], "{}: {:?}", path.display(), found.segments);
    let dominant = serde_json::to_value(found.summary.dominant_movement).expect("a movement is text");
    assert_eq!(dominant, movement);
    (found.segments[0].intensity, found.segments[0].stability)
}

/// A crop of half the picture's width that starts where there is room, and moves by this share of its width a second.
fn moving_crop(right: f64, down: f64) -> String {
    let start = |speed: f64, room: &str, rest: &str| match speed {
        s if s < 0.0 => format!("({room}-10)"),
        s if s > 0.0 => "10".to_owned(),
        _ => rest.to_owned(),
    };
    let x = start(right, "(iw-1280)", "(iw-1280)/2");
    let y = start(down, "(ih-720)", "(ih-720)/2");
    format!("scale=2560:-2,hold,crop=1280:720:{x}+{}*t:{y}+{}*t,scale=640:360", 1280.0 * right, 1280.0 * down)
}

#[test]
fn every_direction_at_every_speed_has_its_name() {
    let directions =
        [("pan_right", 1.0, 0.0), ("pan_left", -1.0, 0.0), ("tilt_down", 0.0, 1.0), ("tilt_up", 0.0, -1.0)];
    for (movement, right, down) in directions {
        let mut intensities = Vec::new();
        for (name, speed, seconds) in [("slow", 0.03, 3.0), ("medium", 0.15, 3.0), ("fast", 0.6, 1.0)] {
            for picture in ["RainDrops.jpg", "rocket.jpg", "fruits.jpg"] {
                let filter = moving_crop(right * speed, down * speed);
                let path = filmed(&format!("{movement}_{name}.mp4"), picture, &filter, seconds);
                let (intensity, stability) = one(&path, movement);
                assert!(stability.is_none_or(|stability| stability > 0.9), "{picture} {name}: {stability:?}");
                intensities.push(intensity);
            }
        }
        assert!(intensities.is_sorted_by(|a, b| a <= &(b + 0.02)), "slow, medium, fast: {intensities:?}");
    }
}

#[test]
fn soft_pictures_are_followed_too() {
    for picture in ["Garden.jpg", "TwoWings.jpg"] {
        one(&filmed("soft_right.mp4", picture, &moving_crop(0.15, 0.0), 3.0), "pan_right");
        one(&filmed("soft_up.mp4", picture, &moving_crop(0.0, -0.1), 3.0), "tilt_up");
        one(
            &filmed("soft_static.mp4", picture, "scale=2560:-2,hold,crop=1280:720,scale=640:360", 3.0),
            "static",
        );
    }
}

#[test]
fn portrait_pans_and_tilts_have_their_names() {
    let tall = |x: &str, y: &str| format!("scale=2560:-2,hold,crop=720:1280:{x}:{y},scale=360:640");
    one(&filmed("tall_right.mp4", "RainDrops.jpg", &tall("100+200*t", "100"), 3.0), "pan_right");
    one(&filmed("tall_up.mp4", "RainDrops.jpg", &tall("900", "310-100*t"), 3.0), "tilt_up");
}

#[test]
fn zoom_in_and_out_have_their_names() {
    for (movement, start, rate) in [("zoom_in", 1.0, 0.04), ("zoom_in", 1.0, 0.3), ("zoom_out", 2.0, -0.2)] {
        for picture in ["RainDrops.jpg", "Garden.jpg", "rocket.jpg"] {
            let filter = format!(
                "scale=3840:-2,crop=3840:2160,hold,zoompan=z='{start}*exp({rate}*on/30)':x='iw/2-iw/zoom/2':\
                 y='ih/2-ih/zoom/2':d=1:s=640x360:fps=30"
            );
            one(&filmed(&format!("{movement}.mp4"), picture, &filter, 3.0), movement);
        }
    }
}

#[test]
fn roll_has_its_name() {
    for (movement, degrees) in [("roll_ccw", 4.0), ("roll_cw", -4.0), ("roll_ccw", 30.0), ("roll_cw", -30.0)]
    {
        for picture in ["RainDrops.jpg", "Garden.jpg"] {
            let filter = format!("scale=1440:-2,hold,rotate=a='{degrees}*PI/180*(t-1.5)',crop=640:360");
            one(&filmed(&format!("{movement}.mp4"), picture, &filter, 3.0), movement);
        }
    }
}

#[test]
fn a_sequence_is_divided_where_the_camera_changes() {
    // Static until 2 s, right until 4 s, static until 6 s, zoom in until 8 s.
    let filter = "scale=3840:2400,crop=3840:2160,hold,zoompan=z='if(lt(on,180),1.6,1.6*exp(0.15*(on-180)/30))':\
                  x='300+clip(on-60,0,60)*8+(iw/1.6-iw/zoom)/2':y='ih/2-ih/zoom/2':d=1:s=640x360:fps=30";
    let found = analysed(&filmed("sequence.mp4", "RainDrops.jpg", filter, 8.0));
    assert_eq!(found.movements(), ["static", "pan_right", "static", "zoom_in"], "{:?}", found.segments);
    for (segment, start_s) in found.segments.iter().zip([0.0, 2.0, 4.0, 6.0]) {
        assert!((segment.start_time - start_s).abs() <= 0.35, "{:?}", found.segments);
    }
}

/// A hand-held crop: sines of several frequencies, amplitudes in shares of the width.
fn shaken(amplitude: f64) -> String {
    let px = 1280.0 * amplitude;
    format!(
        "scale=2560:-2,hold,crop=1280:720:400+{px}*(sin(10.7*t)+0.7*sin(17.3*t+1)+0.5*sin(25.1*t+2)):\
         300+{px}*(sin(9.1*t+2)+0.7*sin(19.9*t)+0.5*sin(27.7*t+1)),scale=640:360"
    )
}

#[test]
fn a_shaking_hand_is_shake_and_a_quiet_one_is_not() {
    for picture in ["RainDrops.jpg", "Garden.jpg"] {
        let (_, strong) = one(&filmed("shake.mp4", picture, &shaken(0.012), 5.0), "shake");
        let (_, quiet) = one(&filmed("quiet.mp4", picture, &shaken(0.0012), 5.0), "static");
        let (strong, quiet) = (strong.expect("long enough"), quiet.expect("long enough"));
        assert!(strong < 0.4 && quiet > 0.6, "{picture}: {strong} {quiet}");
    }
}

#[test]
fn a_shaken_pan_is_a_pan_that_is_less_stable() {
    let filter = shaken(0.002).replace("400+", "100+256*t+");
    let (_, stability) = one(&filmed("shaken_pan.mp4", "RainDrops.jpg", &filter, 4.0), "pan_right");
    let (_, smooth) =
        one(&filmed("smooth_pan.mp4", "RainDrops.jpg", &moving_crop(0.2, 0.0), 3.0), "pan_right");
    assert!(stability.expect("long enough") + 0.2 < smooth.expect("long enough"), "{stability:?} {smooth:?}");
}

/// An opaque box with texture, 20 % of the area, that crosses the picture in front of what the camera sees.
fn with_mover(name: &str, background: &str, filter: &str, seconds: f64) -> std::path::PathBuf {
    let graph = format!(
        "[0]{filter}[back];[1]scale=288:162,hold[front];[back][front]overlay=x='-60+130*t':y='60+40*sin(t)':shortest=1"
    );
    edited(name, &[background, "fruits.jpg"], &graph, seconds)
}

#[test]
fn a_mover_in_front_of_a_static_picture_leaves_it_static() {
    for picture in ["RainDrops.jpg", "rocket.jpg", "Garden.jpg", "TwoWings.jpg"] {
        one(
            &with_mover("mover.mp4", picture, "scale=2560:-2,hold,crop=1280:720,scale=640:360", 4.0),
            "static",
        );
    }
}

#[test]
fn a_mover_in_front_of_a_pan_leaves_it_a_pan() {
    for picture in ["RainDrops.jpg", "rocket.jpg", "Garden.jpg"] {
        one(&with_mover("mover_pan_left.mp4", picture, &moving_crop(-0.15, 0.0), 4.0), "pan_left");
        one(&with_mover("mover_pan_right.mp4", picture, &moving_crop(0.15, 0.0), 4.0), "pan_right");
    }
}

const STILLS: [&str; 5] = ["RainDrops.jpg", "rocket.jpg", "Garden.jpg", "fruits.jpg", "TwoWings.jpg"];

#[test]
fn hard_cuts_between_static_pictures_stay_static() {
    for (name, frames) in [("cuts_slow.mp4", 37), ("cuts_fast.mp4", 13)] {
        let trim = |i: usize| format!("[{i}]scale=640:360,setsar=1,hold,trim=end_frame={frames}[s{i}];");
        let inputs: String = (0..10).map(|i| format!("[c{i}]")).collect();
        let splits: String = (0..5).map(|i| format!("[s{i}]split[c{i}][c{}];", i + 5)).collect();
        let trims: String = (0..5).map(trim).collect();
        let graph = format!("{trims}{splits}{inputs}concat=n=10");
        let path = edited(name, &STILLS, &graph, f64::from(frames) * 10.0 / 30.0);
        one(&path, "static");
    }
}

#[test]
fn a_cut_between_two_pans_divides_them_within_an_interval() {
    let pan = |i: usize, filter: &str| format!("[{i}]{filter},setsar=1,trim=end_frame=73[p{i}];");
    let graph = pan(0, &moving_crop(0.15, 0.0)) + &pan(1, &moving_crop(-0.15, 0.0)) + "[p0][p1]concat=n=2";
    let found = analysed(&edited("cut_pans.mp4", &["RainDrops.jpg", "rocket.jpg"], &graph, 146.0 / 30.0));
    assert_eq!(found.movements(), ["pan_right", "pan_left"], "{:?}", found.segments);
    assert!((found.segments[1].start_time - 73.0 / 30.0).abs() <= 5.0 / 30.0, "{:?}", found.segments);
}

#[test]
fn light_that_changes_moves_nothing() {
    let crop = "scale=2560:-2,hold,crop=1280:720,scale=640:360";
    for (name, light) in [
        ("fade.mp4", "fade=in:0:20,fade=out:70:20"),
        ("flash.mp4", "drawbox=c=white:t=fill:enable='between(n,39,41)'"),
        ("exposure.mp4", "eq=brightness='0.12*sin(4*t)':eval=frame"),
        ("flicker.mp4", "eq=contrast='1+0.2*sin(23*t)':eval=frame"),
    ] {
        for picture in ["RainDrops.jpg", "Garden.jpg"] {
            one(&filmed(name, picture, &format!("{crop},{light}"), 3.0), "static");
        }
    }
}
