export { createTaskRunner, type Task, type TaskEffect, type TaskRunner } from './runner.ts';
