//! The program `longlens`: parse, run, exit code.
//!
//! On Linux with glibc the C library enters here without std's own start: that sets a handler for
//! stack overflows, for which every thread needs a stack for signals, and where there is no memory
//! for one std aborts the program: 2 of 33 runs under tight limits (`ulimit -v`).
#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
fn main() -> std::process::ExitCode {
    longlens::cli::main().into()
}

/// The C library's way in; std finds the arguments by itself there.
#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
#[expect(unsafe_code, reason = "the name is what the C library calls, and nothing else has it")]
#[unsafe(no_mangle)]
extern "C" fn main(_: std::ffi::c_int, _: *const *const std::ffi::c_char) -> std::ffi::c_int {
    let code = longlens::cli::main_without_std();
    // It flushes stdout, as the return from std's main does.
    std::process::exit(i32::from(code))
}
