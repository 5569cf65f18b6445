//! Names of the classes of COCO 2017 (Lin et al. 2014).

/// By their number in the annotations less one, as TensorFlow's detection API counts: 90, of which 10 were never used
/// (empty here).
#[rustfmt::skip]
pub const NAMES_90: [&str; 90] = [
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep",
    "cow", "elephant", "bear", "zebra", "giraffe", "", "backpack", "umbrella", "", "",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove",
    "skateboard", "surfboard", "tennis racket", "bottle", "", "wine glass", "cup", "fork", "knife", "spoon",
    "bowl", "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut",
    "cake", "chair", "couch", "potted plant", "bed", "", "dining table", "", "", "toilet",
    "", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster",
    "sink", "refrigerator", "", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
];

/// The 80 that are used, in the same order, as YOLO counts.
pub fn names_80() -> Vec<String> {
    NAMES_90.iter().filter(|name| !name.is_empty()).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_are_used() {
        let names = names_80();
        assert_eq!((names.len(), names[0].as_str(), names[79].as_str()), (80, "person", "toothbrush"));
        assert_eq!((names[24].as_str(), NAMES_90[26]), ("backpack", "backpack"));
    }
}
