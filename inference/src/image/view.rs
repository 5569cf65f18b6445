//! Pictures: borrowed and owned, three bytes or one for a pixel, rows without gaps.

use va_analyzer_sdk::{Error, Frame, Result};

/// A borrowed picture.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    width: usize,
    height: usize,
    channels: usize,
    data: &'a [u8],
}

impl<'a> View<'a> {
    /// Red, green, blue.
    ///
    /// # Errors
    /// Where `data` has not three bytes for each pixel.
    pub fn rgb(data: &'a [u8], width: usize, height: usize) -> Result<Self> {
        View::new(data, width, height, 3)
    }

    /// One level a pixel.
    ///
    /// # Errors
    /// Where `data` has not one byte for each pixel.
    pub fn gray(data: &'a [u8], width: usize, height: usize) -> Result<Self> {
        View::new(data, width, height, 1)
    }

    /// The pixels of a frame. Panics where it is not whole, which no frame of the system is.
    pub fn of(frame: &Frame<'a>) -> Self {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let channels = frame.format.channels();
        View { width, height, channels, data: &frame.data[..width * height * channels] }
    }

    fn new(data: &'a [u8], width: usize, height: usize, channels: usize) -> Result<Self> {
        if data.len() != width * height * channels {
            let needed = width * height * channels;
            let came = data.len();
            return Err(Error::new(format!("a picture of {width}x{height} has {needed} bytes, {came} came")));
        }
        Ok(View { width, height, channels, data })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Width and height.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// 3 for red, green and blue, 1 for grey.
    pub fn channels(&self) -> usize {
        self.channels
    }

    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// One row from the top. Panics where there is none.
    pub fn row(&self, y: usize) -> &'a [u8] {
        let stride = self.width * self.channels;
        &self.data[y * stride..][..stride]
    }
}

/// An owned picture, whose memory serves again for the next.
#[derive(Debug, Clone, Default)]
pub struct Image {
    width: usize,
    height: usize,
    channels: usize,
    data: Vec<u8>,
}

impl Image {
    /// Black.
    pub fn new(width: usize, height: usize, channels: usize) -> Self {
        Image { width, height, channels, data: vec![0; width * height * channels] }
    }

    /// Another size; what was in it is undefined.
    pub fn reshape(&mut self, width: usize, height: usize, channels: usize) {
        (self.width, self.height, self.channels) = (width, height, channels);
        self.data.resize(width * height * channels, 0);
    }

    pub fn view(&self) -> View<'_> {
        View { width: self.width, height: self.height, channels: self.channels, data: &self.data }
    }

    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_needs_all_its_bytes() {
        assert!(View::rgb(&[0; 12], 2, 2).is_ok());
        assert!(View::rgb(&[0; 13], 2, 2).is_err());
        let error = View::gray(&[0; 3], 2, 2).expect_err("one is missing");
        assert_eq!(error.message, "a picture of 2x2 has 4 bytes, 3 came");
    }

    #[test]
    fn rows_follow_each_other() {
        let data: Vec<u8> = (0..12).collect();
        assert_eq!(View::rgb(&data, 2, 2).expect("whole").row(1), [6, 7, 8, 9, 10, 11]);
    }
}
