"""The evidence that the judge of haze weighs; src/stage/dehaze/judge.rs computes the same figures.

x, sky, A, e, m: the maps of survey.py. Every figure is a weighted mean, so that no few pixels decide."""

import numpy as np
import cv2

radius = lambda share, p: max(1, int(share * max(p.shape[:2]) + 0.5))


def box(p, r):
    k = dict(ksize=(2 * r + 1,) * 2, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return (cv2.boxFilter(p.astype(np.float64), -1, **k) / cv2.boxFilter(np.ones_like(p), -1, **k)).astype(np.float32)


erode = lambda p, r: cv2.erode(p, np.ones((2 * r + 1, 2 * r + 1), np.uint8), borderType=cv2.BORDER_REPLICATE)
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def ss(lo, hi, v):
    t = np.clip((v - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


def skyline(g, gr, finer, Sr, sky, A, m):
    """What lies right below the sky, column by column, as src/stage/dehaze/skyline.rs has it: is there a band of haze
    behind something clear (0..1), and how many skylines are in a column"""
    H, W = m.shape
    long, u, air = max(H, W), 1 - sky, sky > 0.5
    index = np.broadcast_to(np.arange(H)[:, None], (H, W))
    mean = lambda z, w: float((z * w).sum() / (w.sum() + 0.002 * H * W))
    last = np.maximum.accumulate(np.where(air, index, -(10**6)), 0)  # row of the last sky above
    down = (index - last) / long
    land = u * ~air * ss(0.01, 0.06, np.cumsum(air, 0) / long)
    band = land * np.exp(-((down / 0.05) ** 2))
    lower = land * (down > 0.08) * np.exp(-(((down - 0.15) / 0.08) ** 2))
    next_land = np.minimum.accumulate(np.where(air, 10**6, index)[::-1], 0)[::-1]
    at_land = sky * air * np.exp(-(((next_land - index) / long / 0.04) ** 2))
    clear = u * (1 - ss(0.15, 0.4, m))
    below, above = np.cumsum(clear[::-1], 0)[::-1] / H, np.cumsum(clear, 0) / H
    veiled = band * ss(0.25, 0.5, m)
    columns = W * long * 0.05
    behind = float((veiled * ss(0.01, 0.12, below) * (1 - ss(0.01, 0.06, above))).sum()) / columns
    bright = mean(g, at_land)
    far_band = (
        ss(0.25, 0.45, behind)
        * ss(0.02, 0.07, bright - mean(g, veiled))
        * ss(0.1, 0.25, mean(m, band) - mean(m, lower))
        * ss(0.5, 0.7, bright)
        * (1 - ss(0.09, 0.16, mean(Sr, veiled)))
        * (1 - ss(0.10, 0.14, mean(finer, veiled)))
        * (1 - ss(0.82, 0.90, mean(gr, veiled)))
        * (1 - ss(0.20, 0.27, 1 - A.min() / max(A.max(), 1e-3)))
    )
    return float(far_band), float(band.sum()) / columns


def evidence(x, sky, A, e, m):
    H, W = m.shape
    N = H * W
    g, hi = x @ LUMA, x.max(2)  # luma, greatest channel
    u = 1 - sky  # land
    row = np.broadcast_to((np.arange(H, dtype=np.float32)[:, None] + 0.5) / H, (H, W))  # 0 top .. 1 bottom
    mean = lambda z, w: float((z * w).sum() / (w.sum() + 0.002 * N))  # goes to 0 where there is nothing to weigh
    U = u.sum() + 0.002 * N
    off = lambda z: z - (z * u).sum() / U
    cov = lambda a, b: float((u * off(a) * off(b)).sum() / U)
    cor = lambda a, b: cov(a, b) / np.sqrt(cov(a, a) * cov(b, b) + 1e-6)

    def spread(p, share):
        r = radius(share, p)
        a = box(p, r)
        return np.sqrt(np.maximum(box(p * p, r) - a * a, 0))  # local standard deviation

    smax = lambda z, w: float((w * z**3).sum() / ((w * z * z).sum() + 0.002 * N))  # a soft greatest value
    xr = x / A
    nr = xr.min(2)
    Sr = 1 - nr / np.maximum(xr.max(2), 1e-3)  # the picture with the airlight as its white, its saturation
    nv = nr * (1 - 0.5 * Sr)  # what the erosions e were taken of
    er = np.clip(erode(np.ascontiguousarray(nr), radius(0.03, g)), 0, 1)  # its veil, coarse
    gr = g / max(float(A @ LUMA), 0.05)  # luma as a share of the airlight's
    con, fine = spread(g, 0.06), spread(g, 0.015)  # contrast, fine contrast
    conr, finer = spread(gr, 0.06), spread(gr, 0.015)  # the same as shares of the airlight's luma
    chroma = x / np.maximum(x.sum(2, keepdims=True), 0.05)
    dc = np.abs(chroma - A / A.sum()).sum(2)  # colour's distance from the airlight's
    wv, wh, wn = u * ss(0.2, 0.45, m), u * ss(0.45, 0.7, m), u * (1 - ss(0.15, 0.4, m))  # veiled land, heavily veiled land, clear land
    near = np.clip(box(sky, radius(0.06, g)) + 0.15 * np.exp(-row / 0.12), 0, 1) * u  # land that borders on the sky, or the top
    third = lambda k: u * np.exp(-(((row - (k + 0.5) / 3) / 0.2) ** 2))  # land by height, k = 0 (top) .. 2
    pale = u * ss(0.25, 0.5, m) * np.exp(-dc / 0.08) * np.exp(-con / 0.06)  # veiled, flat, of the airlight's colour
    paler = u * ss(0.25, 0.55, er) * np.exp(-Sr / 0.25) * np.exp(-conr / 0.08)  # the same by the coarse veil
    band = u * ss(0.25, 0.5, m) * np.exp(-Sr / 0.15) * np.exp(-finer / 0.03)  # veiled, smooth, of the airlight's colour
    clear_above = np.cumsum(u * (1 - ss(0.15, 0.4, er)), 0) / H  # clear land above a pixel, as a share of the height
    far_band, skylines = skyline(g, gr, finer, Sr, sky, A, m)
    behind_veil = mean(np.minimum(fine / (1.05 - m), 0.3), wv)
    far = near * ss(0.25, 0.5, m)  # veiled land that borders on the sky
    return dict(
        mb=mean(m, near),  # veil of what borders on the sky
        sh2=mean(ss(0.55, 0.8, m), u),  # heavily veiled
        rhz=float(paler.mean()),  # how much is pale
        rm_r1=mean(er, third(1)),  # coarse veil, middle third
        blown=float(ss(0.93, 0.99, hi).mean()),  # nearly white
        rc_con=cor(er, np.log(conr + 0.01)),  # contrast lost (or not) with the veil
        fflat=mean(np.exp(-fine / 0.015), u),  # smooth land
        rfinev=behind_veil,  # fine contrast behind the veil, as it would be without
        hz2max=smax(box(np.ascontiguousarray(band), radius(0.08, g)), u),  # smooth veil where it is densest
        c_row=cor(m, row),  # veil grows towards the top: below 0
        rc_Sr=cor(er, Sr),  # colour lost (or not) with the veil
        Sr2=mean(Sr * Sr, u),  # saturation, squared
        gr_r2=mean(gr, third(2)),  # luma, near third
        conb=mean(con, near),  # contrast of what borders on the sky
        fine_r0=mean(fine, third(0)),  # fine contrast, far third
        ghi=float(0.1 * np.log(mean(np.exp(gr / 0.1 - 10), u) + 1e-9) + 1),  # a soft greatest luma of the land
        grsd=float(np.sqrt(mean((gr - mean(gr, u)) ** 2, u))),  # spread of the land's luma
        fine=mean(fine, u),  # fine contrast of the land
        ediff=mean(e[0] - e[2], u),  # veil that only a small window sees
        gdark2=mean(np.exp(-((g / 0.3) ** 2)), u),  # dark land
        osky=float(
            ss(0.45, 0.8, np.log(A[0] / max(A[2], 1e-3)))
            * ss(0.05, 0.15, sky.mean())
            * (1 - ss(0.2, 0.6, mean(np.exp(-((g / 0.15) ** 2)), u)))
        ),  # an orange sky over land that is not black: dust
        far_band=far_band,
        skylines=skylines,
        one_veil=float(
            (1 - ss(0.02, 0.05, np.sqrt(max(cov(m, m), 0)))) * ss(0.05, 0.09, mean(finer, u)) * (1 - ss(0, 0.03, sky.mean()))
        ),  # a textured surface of one veil without sky: near
        pale_before=float(ss(0.06, 0.12, mean(ss(0.01, 0.12, clear_above), paler)) * (1 - ss(0.042, 0.052, behind_veil))),  # smooth pale land before clear land
        hzu=mean(pale, u),  # how much of the land is pale
        Adust=float(max(np.log(A[0] / max(A[2], 1e-3)), 0)),  # how yellow the airlight is
        far_w=float(far.mean()),  # veiled land at the sky
        dark_r0=mean(np.exp(-((nv / 0.2) ** 2)), third(0)),  # dark channel, far third
    )
