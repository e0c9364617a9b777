export const disassemble = (_: Uint8Array): string => "";
