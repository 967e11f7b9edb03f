//! PNG, TIFF, WebP.
