//! Pictures that are stored on their side.

use std::path::PathBuf;

use tempfile::TempDir;
use va_test_media::made;

use super::{daemon, looks_right, reads};

/// Four colours, of which each quarter of the picture has one, and twice as wide as high.
fn colours() -> PathBuf {
    let source = "color=black:s=80x40[a];color=0x555555:s=80x40[b];color=0xaaaaaa:s=80x40[c];color=white:s=80x40[d];\
                  [a][b]hstack[ab];[c][d]hstack[cd];[ab][cd]vstack,fps=25,trim=duration=0.4";
    made("colours.mp4", &["-filter_complex", source, "-c:v", "libx264", "-pix_fmt", "yuv420p"])
}

/// The colours with a display matrix, written into the track's header where the picture is described (ISO/IEC
/// 14496-12, 8.3.2).
fn turned([a, b, c, d]: [i32; 4]) -> (TempDir, PathBuf) {
    let mut bytes = std::fs::read(colours()).expect("made");
    let header = bytes.windows(4).position(|word| word == b"tkhd").expect("a track's header");
    let matrix = header + 4 + 40;
    for (at, number) in [(0, a), (1, b), (3, c), (4, d)] {
        bytes[matrix + at * 4..][..4].copy_from_slice(&(number << 16).to_be_bytes());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("turned.mp4");
    std::fs::write(&path, bytes).expect("written");
    (folder, path)
}

#[track_caller]
fn is_upright(matrix: [i32; 4], rotation: u16, order: [usize; 4]) {
    let (_folder, path) = turned(matrix);
    let document = reads(&daemon(), &path);
    let video = document.video();
    assert_eq!(video["rotation"], rotation);
    let size = if rotation.is_multiple_of(180) { (160, 80) } else { (80, 160) };
    assert_eq!((&video["width"], &video["height"]), (&size.0.into(), &size.1.into()));
    let quarters = document.segments("steady")[0]["quarters"].as_array().expect("four means").clone();
    for (at, grey) in order.into_iter().enumerate() {
        let seen = quarters[at].as_f64().expect("a number");
        assert!((seen - grey as f64 * 85.0).abs() < 6.0, "quarter {at} has {seen}: {quarters:?}");
    }
    looks_right(&path, &document);
}

#[test]
fn an_upright_picture_is_left_alone() {
    is_upright([1, 0, 0, 1], 0, [0, 1, 2, 3]);
}

#[test]
fn a_quarter_turn_clockwise_is_made() {
    is_upright([0, 1, -1, 0], 90, [2, 0, 3, 1]);
}

#[test]
fn a_half_turn_is_made() {
    is_upright([-1, 0, 0, -1], 180, [3, 2, 1, 0]);
}

#[test]
fn a_quarter_turn_counterclockwise_is_made() {
    is_upright([0, -1, 1, 0], 270, [1, 3, 0, 2]);
}

#[test]
fn small_sizes_are_upright_as_well() {
    let (_folder, path) = turned([0, 1, -1, 0]);
    let document = reads(&daemon(), &path);
    let small = &document.segments("sleepy")[0];
    assert_eq!((&small["width"], &small["height"]), (&32.into(), &64.into()));
    let quarters: Vec<f64> =
        small["quarters"].as_array().expect("four").iter().map(|q| q.as_f64().expect("a number")).collect();
    assert!(
        quarters[1] < quarters[3] && quarters[3] < quarters[0] && quarters[0] < quarters[2],
        "{quarters:?}"
    );
}

#[test]
fn a_matrix_of_nonsense_does_no_harm() {
    let (_folder, path) = turned([0, 0, 0, 0]);
    let document = daemon().document(&path, &[]);
    assert_eq!(document.video()["frame_count"], 10);
}
