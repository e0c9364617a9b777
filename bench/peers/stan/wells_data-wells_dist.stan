// Logistic regression of switching wells on distance, flat priors; beta[1] is the intercept.
data {
  int<lower=0> N;
  array[N] int<lower=0, upper=1> switched;
  vector[N] dist;
}
transformed data {
  matrix[N, 1] x = to_matrix(dist, N, 1);
}
parameters {
  vector[2] beta;
}
model {
  switched ~ bernoulli_logit_glm(x, beta[1], beta[2 : 2]);
}
