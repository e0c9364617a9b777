// A scripted function and a number in another module than the script that uses them.
import { script } from "sinter/script";

export const RATE: number = 0.25;
export const damp = script((x: number): number => 0.5 * x) as unknown as (x: number) => number;
