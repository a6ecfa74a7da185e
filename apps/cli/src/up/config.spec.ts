import { describe, expect, it } from '@jest/globals';
import { InvalidLauncherConfig, readLauncherConfig } from './config.ts';

describe('the launcher’s environment', () => {
  it('has a default for everything', () => {
    expect(readLauncherConfig({ HOLDPOINT_PORT: '' })).toMatchObject({ HOLDPOINT_HOST: '127.0.0.1', HOLDPOINT_PORT: 8080, HOLDPOINT_DATA_DIR: '.holdpoint', EVALUATOR_REPLICAS: 1 });
  });

  it('is refused with every problem at once, and without the values', () => {
    const read = () => readLauncherConfig({ HOLDPOINT_PORT: 'eighty', EVALUATOR_REPLICAS: '0', DATABASE_URL: 'secret-but-wrong' });
    expect(read).toThrow(InvalidLauncherConfig);
    expect(read).toThrow(/HOLDPOINT_PORT.*\n?.*/);
    let message = '';
    try {
      read();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual(['HOLDPOINT_PORT', 'DATABASE_URL', 'EVALUATOR_REPLICAS']);
    expect(message).not.toContain('secret-but-wrong');
  });
});
