import { Adapter } from './adapter.js';

/**
 * Returns at once, without I/O: measures the runner.
 * @extends {Adapter<null>}
 */
export default class NullAdapter extends Adapter {
  /** @param {import('../job.js').Job} job */
  constructor(job) {
    super(job);
    this.synthetic = true;
  }

  versions() {
    return { name: 'null', version: '1', components: {} };
  }

  mode() {
    return 'returns at once, without I/O';
  }

  async connect() {
    return null;
  }

  operation() {
    const { rows } = this.job.expect;
    return async () => rows;
  }
}
