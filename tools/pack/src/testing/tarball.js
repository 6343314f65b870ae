import { run } from './run.js';

/** The files in a tarball, without the folder `package/` that holds them. @param {string} tarball */
export function filesIn(tarball) {
  return run('tar', ['-tzf', tarball], { cwd: '/' })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
    .sort();
}

/** @param {string} tarball @param {string} file */
export function textIn(tarball, file) {
  return run('tar', ['-xzOf', tarball, `package/${file}`], { cwd: '/' });
}
