//! Real footage, as cameras and editors made it.

use va_test_media::media;

use super::{daemon, looks_right, reads};

#[test]
fn a_speech() {
    let file = media("obama_speech.mp4");
    let document = reads(&daemon(), &file);
    looks_right(&file, &document);
    assert_eq!(document.video()["duration_s"].as_f64().map(f64::round), Some(9.0));
    let sum = "a4f582e875cca825cb6cee2cf53ae424258015fe8187c99859a0402eee158526";
    assert_eq!(
        (&document.video()["sha256"], &document.video()["size_bytes"]),
        (&sum.into(), &173_378.into())
    );
}

#[test]
fn an_animated_film_in_720p() {
    let file = media("bigbuckbunny.mp4");
    looks_right(&file, &reads(&daemon(), &file));
}

#[test]
fn a_static_camera_in_an_old_codec_without_sound() {
    let file = media("vtest.avi");
    let document = reads(&daemon(), &file);
    looks_right(&file, &document);
    assert_eq!(document.video()["video_codec"], "msmpeg4v3");
}

#[test]
fn a_very_old_codec() {
    let file = media("tree.avi");
    looks_right(&file, &reads(&daemon(), &file));
}

#[test]
fn half_a_second_of_a_park() {
    let file = media("park.mp4");
    looks_right(&file, &reads(&daemon(), &file));
}

#[test]
fn music_alone() {
    let document = reads(&daemon(), &media("cantina.wav"));
    assert_eq!(document.status_of("audio_analysis"), "ok");
}
