// Autoregression of order K conditional on the first K values: a regression on a matrix of lags made once from data.
data {
  int<lower=0> K;
  int<lower=0> T;
  vector[T] y;
}
transformed data {
  matrix[T - K, K] lags;
  vector[T - K] response = y[K + 1 : T];
  for (k in 1 : K) {
    lags[ : , k] = y[K + 1 - k : T - k];
  }
}
parameters {
  real alpha;
  vector[K] beta;
  real<lower=0> sigma;
}
model {
  alpha ~ normal(0, 10);
  beta ~ normal(0, 10);
  sigma ~ cauchy(0, 2.5);
  response ~ normal_id_glm(lags, alpha, beta, sigma);
}
