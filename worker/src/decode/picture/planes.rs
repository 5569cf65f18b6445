//! The planes of a frame in plain pixel formats, and what their numbers mean.

use anyhow::{Result, anyhow};
use ffmpeg::format::Pixel;
use ffmpeg::util::color;
use ffmpeg_next as ffmpeg;
use yuv::{YuvPlanarImage, YuvRange, YuvStandardMatrix};

/// Sums of blocks of this many pixels squared just fit 16 bits.
pub(super) const MOST_BLOCK: u32 = 16;

/// One plane of bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) data: &'a [u8],
    /// Bytes from a row to the next.
    pub(super) stride: usize,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl<'a> Plane<'a> {
    /// `None` where FFmpeg laid the rows out in a way that is not plain (bottom up).
    fn of(frame: &'a ffmpeg::frame::Video, index: usize) -> Option<Self> {
        let stride = frame.stride(index);
        if stride > i32::MAX as usize {
            return None;
        }
        let (width, height) = (frame.plane_width(index), frame.plane_height(index));
        let data = frame.data(index);
        (stride >= width as usize && data.len() >= stride * height as usize).then_some(Plane {
            data,
            stride,
            width,
            height,
        })
    }

    /// Whole rows with their padding.
    pub(super) fn whole(&self) -> &'a [u8] {
        &self.data[..self.stride * self.height as usize]
    }

    fn rows(&self) -> impl Iterator<Item = &'a [u8]> {
        let width = self.width as usize;
        self.data.chunks(self.stride.max(1)).take(self.height as usize).map(move |row| &row[..width])
    }

    pub(super) fn copy_to(&self, out: &mut [u8]) {
        for (row, out) in self.rows().zip(out.chunks_exact_mut(self.width as usize)) {
            out.copy_from_slice(row);
        }
    }

    /// The same plane with its rows one after the other; copied to `room` where they are not.
    pub(super) fn without_padding<'b>(&self, room: &'b mut Vec<u8>) -> Plane<'b>
    where
        'a: 'b,
    {
        let stride = self.width as usize;
        if self.stride == stride {
            return *self;
        }
        room.clear();
        self.rows().for_each(|row| room.extend_from_slice(row));
        Plane { data: room, stride, ..*self }
    }

    /// The mean of each block of `side` x `side` pixels, as a plane in `out`; blocks at the right and lower edge may
    /// be smaller. `sums` is room to work in.
    pub(super) fn average_blocks<'b>(
        &self,
        side: u32,
        out: &'b mut Vec<u8>,
        sums: &mut Vec<u16>,
    ) -> Plane<'b> {
        debug_assert!((1..=MOST_BLOCK).contains(&side));
        let (width, height) = (self.width.div_ceil(side), self.height.div_ceil(side));
        out.clear();
        out.reserve(width as usize * height as usize);
        let mut rows = self.rows();
        for _ in 0..height {
            sums.clear();
            sums.resize(self.width as usize, 0);
            let mut count = 0;
            for row in rows.by_ref().take(side as usize) {
                sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u16::from(value));
                count += 1;
            }
            let whole = side * count;
            let mean = |block: &[u16], pixels: u32| {
                let sum: u32 = block.iter().map(|&sum| u32::from(sum)).sum();
                ((sum + pixels / 2) / pixels) as u8
            };
            let mut blocks = sums.chunks_exact(side as usize);
            if whole.is_power_of_two() {
                let shift = whole.trailing_zeros();
                let half = whole / 2;
                out.extend(blocks.by_ref().map(|block| {
                    let sum: u32 = block.iter().map(|&sum| u32::from(sum)).sum();
                    ((sum + half) >> shift) as u8
                }));
            } else {
                out.extend(blocks.by_ref().map(|block| mean(block, whole)));
            }
            let rest = blocks.remainder();
            if !rest.is_empty() {
                out.push(mean(rest, rest.len() as u32 * count));
            }
        }
        Plane { data: out, stride: width as usize, width, height }
    }
}

/// A frame in one of the layouts that are painted directly.
#[derive(Debug)]
pub(super) enum Planes<'a> {
    Gray(Plane<'a>),
    /// Luma and two chroma planes, each of which may be half as wide or high.
    Yuv([Plane<'a>; 3]),
    /// Rows without padding.
    Rgb {
        pixels: &'a [u8],
        width: u32,
        height: u32,
    },
}

impl<'a> Planes<'a> {
    /// `None` for a format that has to be made plain first.
    pub(super) fn of(frame: &'a ffmpeg::frame::Video) -> Option<Self> {
        match frame.format() {
            Pixel::GRAY8 => Some(Planes::Gray(Plane::of(frame, 0)?)),
            Pixel::YUV420P
            | Pixel::YUV422P
            | Pixel::YUV444P
            | Pixel::YUVJ420P
            | Pixel::YUVJ422P
            | Pixel::YUVJ444P => {
                Some(Planes::Yuv([Plane::of(frame, 0)?, Plane::of(frame, 1)?, Plane::of(frame, 2)?]))
            }
            _ => None,
        }
    }
}

/// Which plain format a rare one is brought into: the same chroma layout for YUV, RGB for the rest.
pub(super) fn plain_format(format: Pixel) -> Pixel {
    let name = format!("{format:?}");
    let yuv = ["YUV", "NV", "P010", "P016", "UYVY", "YUYV", "YVYU", "AYUV"]
        .iter()
        .any(|start| name.starts_with(start));
    match () {
        () if name.starts_with("GRAY") || name.starts_with("YA") => Pixel::GRAY8,
        () if !yuv => Pixel::RGB24,
        () if name.contains("444") || name.contains("NV24") => Pixel::YUV444P,
        () if name.contains("422")
            || name.contains("UYVY")
            || name.contains("YUYV")
            || name.contains("NV16") =>
        {
            Pixel::YUV422P
        }
        () => Pixel::YUV420P,
    }
}

/// A frame that was brought into a plain format.
pub(super) enum Plain {
    Yuv(ffmpeg::frame::Video),
    /// FFmpeg pads the rows of its frames to odd lengths; these are without.
    Rgb {
        pixels: Vec<u8>,
        width: u32,
        height: u32,
    },
}

impl Plain {
    pub(super) fn new(frame: ffmpeg::frame::Video) -> Self {
        if frame.format() != Pixel::RGB24 {
            return Plain::Yuv(frame);
        }
        let (width, height) = (frame.width(), frame.height());
        let rows = frame.data(0).chunks(frame.stride(0)).take(height as usize);
        let pixels = rows.flat_map(|row| &row[..width as usize * 3]).copied().collect();
        Plain::Rgb { pixels, width, height }
    }

    pub(super) fn planes(&self) -> Option<Planes<'_>> {
        match self {
            Plain::Yuv(frame) => Planes::of(frame),
            Plain::Rgb { pixels, width, height } => {
                Some(Planes::Rgb { pixels, width: *width, height: *height })
            }
        }
    }
}

/// What the numbers of a YUV frame mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours {
    range: YuvRange,
    matrix: YuvStandardMatrix,
}

impl Colours {
    /// As the stream says; where it does not, as players take it: BT.709 from 720 lines on, BT.601 below, limited range.
    pub(super) fn of(frame: &ffmpeg::frame::Video) -> Self {
        let full =
            matches!(frame.format(), Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ444P | Pixel::YUVJ440P)
                || frame.color_range() == color::Range::JPEG;
        // FFmpeg gives gray pictures full range where nothing is said.
        let gray = format!("{:?}", frame.format()).starts_with("GRAY")
            && frame.color_range() == color::Range::Unspecified;
        let matrix = match frame.color_space() {
            color::Space::BT709 => YuvStandardMatrix::Bt709,
            color::Space::BT470BG | color::Space::SMPTE170M => YuvStandardMatrix::Bt601,
            color::Space::BT2020NCL | color::Space::BT2020CL => YuvStandardMatrix::Bt2020,
            color::Space::SMPTE240M => YuvStandardMatrix::Smpte240,
            color::Space::FCC => YuvStandardMatrix::Fcc,
            _ if frame.width().min(frame.height()) >= 720 => YuvStandardMatrix::Bt709,
            _ => YuvStandardMatrix::Bt601,
        };
        Colours { range: if full || gray { YuvRange::Full } else { YuvRange::Limited }, matrix }
    }

    /// Luma to full range, in place.
    pub(super) fn stretch(self, luma: &mut [u8]) {
        if self.range == YuvRange::Limited {
            luma.iter_mut().for_each(|value| *value = FULL_RANGE[usize::from(*value)]);
        }
    }

    pub(super) fn to_rgb(
        self,
        [y, u, v]: &[Plane<'_>; 3],
        width: u32,
        height: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let image = YuvPlanarImage {
            y_plane: y.whole(),
            y_stride: y.stride as u32,
            u_plane: u.whole(),
            u_stride: u.stride as u32,
            v_plane: v.whole(),
            v_stride: v.stride as u32,
            width,
            height,
        };
        let convert = match (u.width == y.width, u.height == y.height) {
            (true, true) => yuv::yuv444_to_rgb,
            (false, true) => yuv::yuv422_to_rgb,
            _ => yuv::yuv420_to_rgb,
        };
        convert(&image, out, width * 3, self.range, self.matrix)
            .map_err(|e| anyhow!("cannot convert colours: {e}"))
    }
}

/// Limited-range luma (16..235) to full range.
const FULL_RANGE: [u8; 256] = {
    let mut table = [0; 256];
    let mut value = 0;
    while value < 256 {
        let above: usize = usize::saturating_sub(value, 16);
        let stretched = (above * 255 + 109) / 219;
        table[value] = if stretched > 255 { 255 } else { stretched as u8 };
        value += 1;
    }
    table
};

/// Luma of an RGB pixel after ITU-R BT.601, full range.
pub(super) fn luma(rgb: &[u8]) -> u8 {
    let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(u32::from);
    ((299 * r + 587 * g + 114 * b + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_and_edges_keep_their_own_mean() {
        let data: Vec<u8> = vec![
            10, 20, 30, 40, 50, 0, 0, //
            10, 20, 30, 40, 50, 0, 0, //
            90, 90, 90, 90, 7, 0, 0,
        ];
        let plane = Plane { data: &data, stride: 7, width: 5, height: 3 };
        let (mut out, mut sums) = (Vec::new(), Vec::new());
        let blocks = plane.average_blocks(2, &mut out, &mut sums);
        assert_eq!((blocks.width, blocks.height), (3, 2));
        assert_eq!(blocks.data, [15, 35, 50, 90, 90, 7]);
    }

    #[test]
    fn the_largest_block_of_white_does_not_overflow() {
        let data = vec![255; 16 * 16];
        let plane = Plane { data: &data, stride: 16, width: 16, height: 16 };
        let (mut out, mut sums) = (Vec::new(), Vec::new());
        assert_eq!(plane.average_blocks(16, &mut out, &mut sums).data, [255]);
    }

    #[test]
    fn limited_range_is_stretched_to_its_ends() {
        assert_eq!([FULL_RANGE[0], FULL_RANGE[16], FULL_RANGE[235], FULL_RANGE[255]], [0, 0, 255, 255]);
    }
}
