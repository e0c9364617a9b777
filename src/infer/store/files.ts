// A folder in; its files read, and written so that a reader, or the next process, sees all of a file or what was there before, out.

export interface Folder {
  readonly path: string;
  /** Null where there is no such file. */
  read(name: string): Uint8Array | null;
  write(name: string, contents: Uint8Array | string): void;
}

/** Sampling is synchronous between two slices, so the files are too; a dynamic import is not. */
function node(where: string) {
  const builtin = typeof process === "undefined" ? undefined : process.getBuiltinModule;
  if (!builtin)
    throw new Error(`${where}: there are no files here; draws are kept on disk in Node, Deno and Bun only.`);
  return { fs: builtin("node:fs"), join: builtin("node:path").join, dirname: builtin("node:path").dirname };
}

/** A folder that does not exist yet, or is empty. */
export function newFolder(where: string, path: string): Folder {
  const { fs } = node(where);
  if (fs.existsSync(path) && fs.readdirSync(path).length > 0)
    throw new Error(
      `${where}: "${path}" exists already and is not overwritten. Continue that run with MCMC.resume("${path}"), remove it, or choose another path.`,
    );
  fs.mkdirSync(path, { recursive: true });
  return openFolder(where, path);
}

export function openFolder(where: string, path: string): Folder {
  const { fs, join, dirname } = node(where);
  const made = new Set<string>();
  return {
    path,
    read(name) {
      try {
        // A copy: the buffers of Node are views on a pool.
        return new Uint8Array(fs.readFileSync(join(path, name)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw error;
      }
    },
    write(name, contents) {
      const target = join(path, name);
      const parent = dirname(target);
      if (!made.has(parent)) {
        fs.mkdirSync(parent, { recursive: true });
        made.add(parent);
      }
      // A process killed in the middle leaves the old file whole; the unfinished one is written over by the next.
      const unfinished = `${target}.unfinished`;
      fs.writeFileSync(unfinished, contents);
      fs.renameSync(unfinished, target);
    },
  };
}
